//! Who may change a file or folder of Windows: its security descriptor as text (SDDL), read. Pure.

/// Changing a file: its contents, its name, its access list, its owner.
pub const OF_FILE: u32 = WRITE_DATA | APPEND_DATA | OF_ANY | GENERIC_WRITE;
/// Changing what stands in a folder, or putting a library beside a program.
pub const OF_FOLDER: u32 = WRITE_DATA | DELETE_CHILD | OF_ANY | GENERIC_WRITE;
/// Replacing a folder with all that is below it. That others may add folders of their own, as below `C:\`, does no harm.
pub const OF_ABOVE: u32 = DELETE_CHILD | OF_ANY;

const OF_ANY: u32 = DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL;
/// Of a folder: adding a file.
const WRITE_DATA: u32 = 0x2;
const APPEND_DATA: u32 = 0x4;
const DELETE_CHILD: u32 = 0x40;
const DELETE: u32 = 0x1_0000;
const WRITE_DAC: u32 = 0x4_0000;
const WRITE_OWNER: u32 = 0x8_0000;
const GENERIC_ALL: u32 = 0x1000_0000;
const GENERIC_WRITE: u32 = 0x4000_0000;

/// The words of SDDL for rights.
const RIGHTS: [(&str, u32); 22] = [
    ("GA", GENERIC_ALL),
    ("GR", 0x8000_0000),
    ("GW", GENERIC_WRITE),
    ("GX", 0x2000_0000),
    ("RC", 0x2_0000),
    ("SD", DELETE),
    ("WD", WRITE_DAC),
    ("WO", WRITE_OWNER),
    ("FA", 0x1F_01FF),
    ("FR", 0x12_0089),
    ("FW", 0x12_0116),
    ("FX", 0x12_00A0),
    ("CC", 0x1),
    ("DC", 0x2),
    ("LC", 0x4),
    ("SW", 0x8),
    ("RP", 0x10),
    ("WP", 0x20),
    ("DT", DELETE_CHILD),
    ("LO", 0x80),
    ("CR", 0x100),
    ("AS", 0x100_0000),
];

/// Who is an administrator anyway: SYSTEM, Administrators, the built-in administrator, those of the domain and of the forest, and
/// the installer of Windows. CREATOR OWNER and OWNER RIGHTS stand for the owner, who is looked at by itself.
const ADMINISTRATORS: [&str; 12] = [
    "SY",
    "BA",
    "LA",
    "DA",
    "EA",
    "CO",
    "OW",
    "S-1-5-18",
    "S-1-5-32-544",
    "S-1-3-0",
    "S-1-3-4",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
];

/// The first account, besides administrators and those of `trusted`, that owns it or has one of these rights to it; none if there
/// is nobody. Entries that deny are not looked at: what is granted to somebody is granted to somebody.
#[must_use]
pub fn outsider<'a>(sddl: &'a str, rights: u32, trusted: &[String]) -> Option<&'a str> {
    let known = |sid: &str| is_administrator(sid) || trusted.iter().any(|known| known == sid);
    if let Some(owner) = owner(sddl).filter(|owner| !known(owner)) {
        return Some(owner);
    }
    let Some(list) = access_list(sddl) else { return Some("WD") };
    entries(list).find(|entry| entry.grants(rights) && !known(entry.sid)).map(|entry| entry.sid)
}

fn is_administrator(sid: &str) -> bool {
    let built_in = sid.starts_with("S-1-5-21-") && sid.ends_with("-500");
    built_in || ADMINISTRATORS.contains(&sid)
}

fn owner(sddl: &str) -> Option<&str> {
    let rest = sddl.strip_prefix("O:")?;
    let end = ["G:", "D:", "S:"].iter().filter_map(|mark| rest.find(mark)).min();
    rest.get(..end.unwrap_or(rest.len()))
}

/// The entries of the list; none where there is no list, which lets everybody do everything.
fn access_list(sddl: &str) -> Option<&str> {
    let (_, list) = sddl.split_once("D:")?;
    (!list.starts_with("NO_ACCESS_CONTROL")).then(|| list.split_once('(').map_or("", |(_, it)| it))
}

/// One entry that allows something.
struct Entry<'a> {
    flags: &'a str,
    rights: &'a str,
    sid: &'a str,
}

/// Up to the end of the list: what follows the last entry without a parenthesis is the list of what is audited.
fn entries(list: &str) -> impl Iterator<Item = Entry<'_>> {
    let list = list.split("S:").next().unwrap_or_default();
    list.split('(').filter_map(|entry| {
        let mut fields = entry.trim_end_matches(')').split(';');
        let kind = fields.next()?;
        let (flags, rights) = (fields.next()?, fields.next()?);
        let sid = fields.nth(2)?;
        matches!(kind, "A" | "XA").then_some(Entry { flags, rights, sid })
    })
}

impl Entry<'_> {
    /// Whether it is about this object itself, and gives one of these rights.
    fn grants(&self, wanted: u32) -> bool {
        let inherited_only = pairs(self.flags).any(|flag| flag == "IO");
        !inherited_only && number(self.rights) & wanted != 0
    }
}

fn number(rights: &str) -> u32 {
    if let Some(digits) = rights.strip_prefix("0x") {
        return u32::from_str_radix(digits, 16).unwrap_or(u32::MAX);
    }
    // A word that is not known may mean anything.
    let of =
        |word: &str| RIGHTS.iter().find(|(known, _)| *known == word).map_or(u32::MAX, |it| it.1);
    pairs(rights).map(of).fold(0, |all, one| all | one)
}

fn pairs(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len()).step_by(2).filter_map(|at| text.get(at..at + 2))
}

/// A SID as people know it.
#[must_use]
pub fn name(sid: &str) -> &str {
    match sid {
        "WD" => "Everyone",
        "BU" => "Users",
        "AU" => "Authenticated Users",
        "IU" => "everybody who is logged in",
        "BG" => "Guests",
        "LS" => "LocalService",
        "NS" => "NetworkService",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outsider_of(sddl: &str, rights: u32) -> Option<&str> {
        outsider(sddl, rights, &[])
    }

    /// As `Get-Acl` shows them on an ordinary Windows 11.
    const ROOT: &str = "O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464G:SYD:PAI(A;;LC;;;AU)(A;OICIIO;SDGXGWGR;;;AU)(A;;FA;;;SY)(A;OICIIO;GA;;;SY)(A;OICIIO;GA;;;BA)(A;;FA;;;BA)(A;OICI;0x1200a9;;;BU)";
    const PROGRAM_DATA: &str = "O:SYG:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)";
    const PROGRAM: &str = "O:BAG:SYD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)";

    #[test]
    fn programs_of_administrators_are_theirs() {
        assert_eq!(outsider_of(PROGRAM, OF_FILE), None);
        assert_eq!(outsider_of("O:LAG:DUD:(A;;FA;;;DA)", OF_FILE), None);
        assert_eq!(outsider_of("O:S-1-5-21-1-2-3-500G:SYD:(A;;FA;;;SY)", OF_FILE), None);
    }

    #[test]
    fn that_others_may_add_folders_below_the_root_replaces_nothing() {
        assert_eq!(outsider_of(ROOT, OF_ABOVE), None);
        assert_eq!(outsider_of(PROGRAM_DATA, OF_ABOVE), None);
    }

    #[test]
    fn a_folder_in_which_others_may_put_a_library_is_weak() {
        assert_eq!(outsider_of(PROGRAM_DATA, OF_FOLDER), Some("BU"));
    }

    #[test]
    fn every_way_to_change_a_file_counts() {
        for rights in ["FA", "GA", "GW", "FW", "DC", "WD", "WO", "SD", "0x1301bf", "GXGW"] {
            let sddl = format!("O:BAG:SYD:(A;;FA;;;SY)(A;;{rights};;;WD)S:AI(AU;SAFA;FA;;;WD)");
            assert_eq!(outsider_of(&sddl, OF_FILE), Some("WD"), "{rights}");
        }
        for rights in ["FR", "FX", "0x1200a9", "GRGX"] {
            let sddl = format!("O:BAG:SYD:(A;;FA;;;SY)(A;;{rights};;;WD)S:AI(AU;SAFA;FA;;;WD)");
            assert_eq!(outsider_of(&sddl, OF_FILE), None, "{rights}");
        }
    }

    #[test]
    fn an_owner_can_change_what_he_owns() {
        let sddl = "O:S-1-5-21-1-2-3-1001G:BAD:P(A;;FA;;;SY)";
        assert_eq!(outsider_of(sddl, OF_FILE), Some("S-1-5-21-1-2-3-1001"));
        assert_eq!(outsider(sddl, OF_FILE, &["S-1-5-21-1-2-3-1001".to_owned()]), None);
    }

    #[test]
    fn no_list_lets_everybody_do_everything() {
        assert_eq!(outsider_of("O:BAG:BAD:NO_ACCESS_CONTROL", OF_FILE), Some("WD"));
        assert_eq!(outsider_of("O:BAG:BA", OF_FILE), Some("WD"));
        assert_eq!(outsider_of("O:BAG:BAD:P", OF_FILE), None);
    }

    #[test]
    fn what_is_for_children_only_or_denies_is_no_right() {
        assert_eq!(outsider_of("O:BAG:BAD:(A;OICIIO;FA;;;WD)(D;;FA;;;BU)", OF_FILE), None);
    }
}
