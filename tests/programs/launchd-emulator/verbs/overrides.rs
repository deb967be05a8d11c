//! `enable`, `disable`, `print-disabled`: the override store. Any label will do, known or not.

use super::{Answer, Call};
use crate::protocol::Reply;
use crate::target::{self, Target};

pub fn enable(call: &mut Call<'_>) -> Answer {
    set(call, "enable", false).unwrap_or_else(|refusal| refusal).into()
}

/// Neither stops nor unloads.
pub fn disable(call: &mut Call<'_>) -> Answer {
    set(call, "disable", true).unwrap_or_else(|refusal| refusal).into()
}

fn set(call: &mut Call<'_>, verb: &str, disabled: bool) -> Result<Reply, Reply> {
    let usage = format!("{verb} <service-target>");
    let [target] = call.args else { return Err(super::usage(&usage)) };
    let (domain, label) = call.service(verb, target, true, &usage)?;
    call.launchd
        .store
        .set(domain, &label, disabled)
        .map_err(|e| Reply::fail(crate::code::IO, e.to_string()))?;
    Ok(Reply::silent())
}

/// The block has other words, and another indent, from 13 on.
pub fn print(call: &mut Call<'_>) -> Answer {
    const USAGE: &str = "print-disabled <domain-target>";
    let [text] = call.args else { return super::usage(USAGE).into() };
    let Some(Target::Domain(domain)) = target::parse(text) else {
        return super::unrecognized(USAGE).into();
    };
    if let Err(refusal) = call.enter("print-disabled", domain, false) {
        return refusal.into();
    }
    let modern = call.launchd.profile.os >= 13;
    let (indent, yes, no) =
        if modern { ("\t", "disabled", "enabled") } else { ("", "true", "false") };
    let records = call.launchd.store.all(domain);
    let lines: String = records
        .iter()
        .map(|(label, off)| format!("{indent}\t\"{label}\" => {}\n", if *off { yes } else { no }))
        .collect();
    let tail = if modern { "" } else { "login item associations = {\n}\n" };
    Reply::data(format!("{indent}disabled services = {{\n{lines}{indent}}}\n{tail}")).into()
}
