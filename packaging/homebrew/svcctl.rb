# Homebrew formula. `packaging/release manifests` fills in the version, the release's URL and the checksums.
class Svcctl < Formula
  desc "One TOML file describes a service; svcctl runs it on any service manager"
  homepage "@URL@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@URL@/svcctl-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "@URL@/svcctl-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "@URL@/svcctl-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256:aarch64-unknown-linux-gnu@"
    end
    on_intel do
      url "@URL@/svcctl-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256:x86_64-unknown-linux-gnu@"
    end
  end

  def install
    bin.install "bin/svcctl"
    man1.install Dir["share/man/man1/*"]
    man5.install Dir["share/man/man5/*"]
    bash_completion.install "share/bash-completion/completions/svcctl"
    zsh_completion.install "share/zsh/site-functions/_svcctl"
    fish_completion.install "share/fish/vendor_completions.d/svcctl.fish"
    doc.install Dir["share/doc/svcctl/*"]
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/svcctl --version")
    system bin/"svcctl", "init", "web", "--file", testpath/"web.toml"
    system bin/"svcctl", "check", testpath/"web.toml"
  end
end
