module completions {

  def "nu-complete svcctl asked" [line: string] {
    let words = $line | split row --regex '\s+'
    with-env { COMPLETE: fish } { ^svcctl -- ...$words } | lines | each { |it| $it | split row "\t" | first }
  }

  def "nu-complete svcctl manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl color" [] {
    [ "auto" "always" "never" ]
  }

  # One TOML file describes a service; svcctl runs it on any service manager
  export extern svcctl [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --version(-V)             # Print the version
  ]

  def "nu-complete svcctl init manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl init output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl init color" [] {
    [ "auto" "always" "never" ]
  }

  # Write a commented definition
  export extern "svcctl init" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl init manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl init output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl init color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --file(-f): path          # The file [default: NAME.toml]; '-' prints it
    --description(-d): string # One line for people
    --working-directory: directory # The folder that it starts in
    --account: string         # The account that it runs as
    --force                   # Overwrite an existing file
    name?: string             # Name of the service
  ]

  def "nu-complete svcctl check manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl check output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl check color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete svcctl check target" [] {
    [ "all" "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  # Validate definitions and show what each manager makes of them
  export extern "svcctl check" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl check manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl check output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl check color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --for: string@"nu-complete svcctl check target" # The manager to check for, or 'all' [default: the one that is here]
    --profile: string@"nu-complete svcctl asked"         # Apply [profile.NAME] of the definition
    --set: string             # Set a key: process.environment.PORT=9000
    ...files: path            # Definitions, or folders of them
  ]

  def "nu-complete svcctl render manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl render output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl render color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete svcctl render target" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  # Print or write what a manager would be given
  export extern "svcctl render" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl render manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl render output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl render color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --for: string@"nu-complete svcctl render target" # The manager [default: the one that is here]
    --output-dir: directory   # Write the artifacts below this folder instead of printing them
    --profile: string@"nu-complete svcctl asked"         # Apply [profile.NAME] of the definition
    --set: string             # Set a key: process.environment.PORT=9000
    file: path                # The definition
  ]

  def "nu-complete svcctl diff manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl diff output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl diff color" [] {
    [ "auto" "always" "never" ]
  }

  # Show what an install would change, and drift
  export extern "svcctl diff" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl diff manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl diff output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl diff color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --profile: string@"nu-complete svcctl asked"         # Apply [profile.NAME] of the definition
    --set: string             # Set a key: process.environment.PORT=9000
    ...subjects: string@"nu-complete svcctl asked"       # Definitions, or names of installed services
  ]

  def "nu-complete svcctl run manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl run output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl run color" [] {
    [ "auto" "always" "never" ]
  }

  # Run a definition in the foreground, as its service would run
  export extern "svcctl run" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl run manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl run output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl run color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --profile: string@"nu-complete svcctl asked"         # Apply [profile.NAME] of the definition
    --set: string             # Set a key: process.environment.PORT=9000
    file: path                # The definition
  ]

  def "nu-complete svcctl install manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl install output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl install color" [] {
    [ "auto" "always" "never" ]
  }

  # Install or update services; doing it twice changes nothing
  export extern "svcctl install" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl install manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl install output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl install color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --start                   # Start what is not running
    --no-enable               # Do not have it come up at boot or login
    --no-restart              # Do not restart what is running
    --dry-run                 # Show what would be done, and do nothing
    --adopt                   # Take over what svcctl did not install
    --credential-stdin: string # Read this credential from standard input
    --allow-insecure-path: path # Accept a path that others can write
    --profile: string@"nu-complete svcctl asked"         # Apply [profile.NAME] of the definition
    --set: string             # Set a key: process.environment.PORT=9000
    ...files: path            # Definitions, or folders of them
  ]

  def "nu-complete svcctl uninstall manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl uninstall output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl uninstall color" [] {
    [ "auto" "always" "never" ]
  }

  # Stop and remove services
  export extern "svcctl uninstall" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl uninstall manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl uninstall output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl uninstall color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --purge                   # Remove its logs, secrets and data too
    --dry-run                 # Show what would be done, and do nothing
    ...names: string@"nu-complete svcctl asked"          # Services
  ]

  def "nu-complete svcctl start manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl start output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl start color" [] {
    [ "auto" "always" "never" ]
  }

  # Start services and wait until they are ready
  export extern "svcctl start" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl start manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl start output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl start color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --no-wait                 # Only ask for it
    ...names: string@"nu-complete svcctl asked"          # Services
  ]

  def "nu-complete svcctl stop manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl stop output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl stop color" [] {
    [ "auto" "always" "never" ]
  }

  # Stop services and wait until they are gone
  export extern "svcctl stop" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl stop manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl stop output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl stop color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --no-wait                 # Only ask for it
    ...names: string@"nu-complete svcctl asked"          # Services
  ]

  def "nu-complete svcctl restart manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl restart output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl restart color" [] {
    [ "auto" "always" "never" ]
  }

  # Stop and start services
  export extern "svcctl restart" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl restart manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl restart output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl restart color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --no-wait                 # Only ask for it
    ...names: string@"nu-complete svcctl asked"          # Services
  ]

  def "nu-complete svcctl reload manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl reload output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl reload color" [] {
    [ "auto" "always" "never" ]
  }

  # Have services re-read their configuration
  export extern "svcctl reload" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl reload manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl reload output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl reload color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --no-wait                 # Only ask for it
    ...names: string@"nu-complete svcctl asked"          # Services
  ]

  def "nu-complete svcctl enable manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl enable output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl enable color" [] {
    [ "auto" "always" "never" ]
  }

  # Have services come up at boot or login
  export extern "svcctl enable" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl enable manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl enable output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl enable color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --now                     # Start or stop it as well
    ...names: string@"nu-complete svcctl asked"          # Services
  ]

  def "nu-complete svcctl disable manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl disable output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl disable color" [] {
    [ "auto" "always" "never" ]
  }

  # Keep services from coming up at boot or login
  export extern "svcctl disable" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl disable manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl disable output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl disable color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --now                     # Start or stop it as well
    ...names: string@"nu-complete svcctl asked"          # Services
  ]

  def "nu-complete svcctl status manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl status output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl status color" [] {
    [ "auto" "always" "never" ]
  }

  # Show what services are doing, and why they failed
  export extern "svcctl status" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl status manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl status output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl status color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --watch(-w)               # Go on showing it
    ...names: string@"nu-complete svcctl asked"          # Services [default: all that svcctl installed]
  ]

  def "nu-complete svcctl list manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl list output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl list color" [] {
    [ "auto" "always" "never" ]
  }

  # List services, one line each
  export extern "svcctl list" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl list manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl list output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl list color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --all(-a)                 # Also those that svcctl did not install
  ]

  def "nu-complete svcctl logs manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl logs output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl logs color" [] {
    [ "auto" "always" "never" ]
  }

  # Show what services wrote
  export extern "svcctl logs" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl logs manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl logs output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl logs color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --follow(-f)              # Go on showing what comes
    --lines(-n): string       # How many lines, or 'all' [default: 100; all with --since]
    --since: string           # Not before ("10m", "2026-11-20 14:00", RFC 3339)
    --until: string           # Not after
    --grep: string            # Only lines that match this regular expression
    ...names: string@"nu-complete svcctl asked"          # Services; several are interleaved by time
  ]

  def "nu-complete svcctl wait manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl wait output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl wait color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete svcctl wait state" [] {
    [ "running" "stopped" "healthy" ]
  }

  # Wait until services are in a state
  export extern "svcctl wait" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl wait manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl wait output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl wait color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --for: string@"nu-complete svcctl wait state" # running, stopped or healthy
    ...names: string@"nu-complete svcctl asked"          # Services
  ]

  def "nu-complete svcctl supervise manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl supervise output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl supervise color" [] {
    [ "auto" "always" "never" ]
  }

  # Run all enabled services in the foreground, as in a container
  export extern "svcctl supervise" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl supervise manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl supervise output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl supervise color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --detached                # In the background, as the first `start` does it
    --state-dir: path         # Instead of the scope's own
    --runtime-dir: path       # Instead of the scope's own
    --inherited-lock: string  # Left open by an older program in this process
    ...names: string@"nu-complete svcctl asked"          # Services to start [default: all that are enabled]
  ]

  def "nu-complete svcctl host manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl host output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl host color" [] {
    [ "auto" "always" "never" ]
  }

  # Run one service for the manager that starts this
  export extern "svcctl host" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl host manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl host output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl host color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --definition: path        # The hosted file of the service
    --scm                     # Started by the Service Control Manager of Windows
  ]

  def "nu-complete svcctl managers manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl managers output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl managers color" [] {
    [ "auto" "always" "never" ]
  }

  # Show which managers are here
  export extern "svcctl managers" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl managers manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl managers output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl managers color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
  ]

  def "nu-complete svcctl completions manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl completions output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl completions color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete svcctl completions shell" [] {
    [ "bash" "zsh" "fish" "powershell" "elvish" "nushell" ]
  }

  # Print the completions of a shell
  export extern "svcctl completions" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl completions manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl completions output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl completions color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    shell: string@"nu-complete svcctl completions shell" # bash, zsh, fish, powershell, elvish or nushell
  ]

  def "nu-complete svcctl schema manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl schema output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl schema color" [] {
    [ "auto" "always" "never" ]
  }

  # Print the JSON Schema of a definition, for editors
  export extern "svcctl schema" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl schema manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl schema output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl schema color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
  ]

  def "nu-complete svcctl man manager" [] {
    [ "systemd" "launchd" "scm" "openrc" "rcd" "embedded" ]
  }

  def "nu-complete svcctl man output" [] {
    [ "text" "json" ]
  }

  def "nu-complete svcctl man color" [] {
    [ "auto" "always" "never" ]
  }

  # Print a manual page, or write all of them
  export extern "svcctl man" [
    --user                    # The calling user's services
    --system                  # The machine's services (the default for a change)
    --manager: string@"nu-complete svcctl man manager" # Use this manager instead of the one that is found
    --output(-o): string@"nu-complete svcctl man output" # How results are printed: text or json
    --quiet(-q)               # Print errors only
    --verbose(-v)             # Print what is done and why
    --color: string@"nu-complete svcctl man color" # Colour: auto, always or never
    --timeout: string         # Wait at most this long for a result ("30s")
    --help(-h)                # Print help
    --output-dir: directory   # Write every page into this folder
    page?: string@"nu-complete svcctl asked"             # A verb, or 'svcctl.toml' for the definition [default: svcctl itself]
  ]

}

export use completions *
