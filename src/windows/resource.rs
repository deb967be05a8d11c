//! The program's message table, as a resource: the Event Viewer takes the texts of our events out of the program.
//!
//! A resource compiler would make an object file of this; the assembler does as well, and needs no tool beside the compiler. The
//! layout is that of the PE format, "The .rsrc Section": three folders (type, name, language), one leaf, the data.

use std::arch::global_asm;

use crate::backend::scm::messages::message_table;

macro_rules! as_resource {
    ($($id:literal $kind:ident $text:literal;)*) => {
        global_asm!(
            ".section .rsrc$01,\"dr\"",
            ".balign 4",
            ".globl svcctl_message_table",
            "svcctl_message_table:",
            // A folder is 12 bytes of no interest, how many names and how many numbers; then the numbers with their offsets.
            ".long 0, 0, 0", ".short 0, 1", ".long 11, 0x80000000 + 24", // RT_MESSAGETABLE
            ".long 0, 0, 0", ".short 0, 1", ".long 1, 0x80000000 + 48",
            ".long 0, 0, 0", ".short 0, 1", ".long 0, 72", // LANG_NEUTRAL
            ".rva svcctl_messages",
            ".long svcctl_messages_end - svcctl_messages, 0, 0",
            ".section .rsrc$02,\"dr\"",
            ".balign 4",
            "svcctl_messages:",
            // One block: the first number, the last, and where its texts begin.
            concat!(".long 1, 1, ", as_resource!(@last $($id)*), ", 16"),
            $(
                // Length with this head, "not UTF-16", text.
                "2:",
                ".short 3f - 2b, 0",
                concat!(".ascii \"", $text, "\\r\\n\\0\""),
                ".balign 4",
                "3:",
            )*
            "svcctl_messages_end:",
            ".text",
        );
    };
    (@last $last:literal) => { $last };
    (@last $first:literal $($rest:literal)+) => { as_resource!(@last $($rest)+) };
}
message_table!(as_resource);

unsafe extern "C" {
    static svcctl_message_table: u8;
}

/// Has the linker take the table into the program: it leaves out what nobody refers to.
pub fn keep() {
    std::hint::black_box(&raw const svcctl_message_table);
}
