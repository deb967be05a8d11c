# ruby formula.rb FORMULA RELEASE PREFIX: does what Homebrew does with a formula, in a stand-in for its language: the archive is
# compared with its checksum and unpacked, `install` puts it below PREFIX, and `test` is run.
require "digest"
require "fileutils"
require "pathname"
require "rbconfig"
require "tmpdir"

formula, release, prefix = ARGV.map { |word| File.expand_path(word) }

class Pathname
  def install(*sources)
    raise "nothing to install into #{self}" if sources.flatten.empty?

    mkpath
    sources.flatten.each { |source| FileUtils.cp_r(source, self) }
  end
end

class Formula
  FACTS = %i[desc homepage version license url sha256].freeze
  FOLDERS = {
    bin: "bin", man1: "share/man/man1", man5: "share/man/man5", doc: "share/doc/svcctl", bash_completion: "etc/bash_completion.d",
    zsh_completion: "share/zsh/site-functions", fish_completion: "share/fish/vendor_completions.d"
  }.freeze
  ARM = RbConfig::CONFIG["host_cpu"].match?(/arm|aarch64/)

  class << self
    attr_reader :tested

    FACTS.each { |fact| define_method(fact) { |value = nil| value ? facts[fact] = value : facts.fetch(fact) } }

    def facts = @facts ||= {}
    def on_macos = nil
    def on_linux = yield
    def on_arm = ARM ? yield : nil
    def on_intel = ARM ? nil : yield
    def test(&block) = @tested = block
  end

  attr_reader :testpath

  def initialize(prefix, testpath)
    @prefix = Pathname.new(prefix)
    @testpath = Pathname.new(testpath)
  end

  FOLDERS.each { |name, folder| define_method(name) { @prefix / folder } }

  def version = self.class.version
  def system(*words) = Kernel.system(*words.map(&:to_s), exception: true)
  def shell_output(command) = `#{command}`

  def assert_match(wanted, text)
    raise "#{text} has no #{wanted}" unless text.include?(wanted)
  end
end

require formula
archive = File.join(release, File.basename(Svcctl.url))
raise "the checksum is not that of #{archive}" unless Digest::SHA256.file(archive).hexdigest == Svcctl.sha256

Dir.mktmpdir do |work|
  system("tar", "-xzf", archive, "-C", work, exception: true)
  made = Svcctl.new(prefix, Dir.mktmpdir("test", work))
  Dir.chdir(work) { made.install }
  made.instance_exec(&Svcctl.tested)
end
