//! The text of `--help`. All of it, and the prompt below, fit a terminal of 24 rows and 80 columns: who asks for help is
//! not asked to scroll. Manual pages have the rest.

use anstyle::Style;

/// As clap draws its own headings.
const HEADING: Style = Style::new().bold().underline();

/// The flags of every verb.
const GLOBAL: &str = "
  --user, --system   whose services     -o, --output text|json
  --manager MANAGER  not the one found  --color auto|always|never
  --timeout TIME     wait at most       -q, --quiet  -v, --verbose";

/// Columns of the left half of the verbs.
const LEFT: usize = 39;

/// The template of svcctl's own help: `verbs` are name and a few words, shown in two halves.
pub fn main(verbs: &[(&str, &str)]) -> String {
    let shown: Vec<_> = verbs.iter().filter(|(_, words)| !words.is_empty()).collect();
    let rows = shown.len().div_ceil(2);
    let cell = |at: usize| shown.get(at).map(|(verb, words)| format!("  {verb:<12} {words}"));
    let line = |row| {
        let (left, right) = (cell(row).unwrap_or_default(), cell(row + rows).unwrap_or_default());
        format!("\n{left:<LEFT$}{right}").trim_end_matches(' ').to_owned()
    };
    let table: String = (0..rows).map(line).collect();
    format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{HEADING}Commands:{HEADING:#}{table}\n\n\
         {HEADING}Options:{HEADING:#}{GLOBAL} -V, --version\n\n\
         {HEADING}Example:{HEADING:#} svcctl install web.toml --start   More: COMMAND --help, svcctl man"
    )
}

/// What stands below the arguments of a verb.
pub fn of_verb(example: &str) -> String {
    // clap counts on from the line above for what comes after a change of style: the end of that line is in the same style.
    format!("{HEADING}Global options:{HEADING:#}{GLOBAL}{HEADING}\nExample:{HEADING:#} {example}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::whole;

    #[test]
    fn every_flag_of_every_verb_is_named() {
        for flag in whole().get_arguments().filter(|flag| flag.is_global_set()) {
            let long = format!("--{}", flag.get_long().unwrap());
            assert!(GLOBAL.contains(&long) || long == "--help", "{long}");
        }
    }
}
