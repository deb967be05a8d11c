//! D-Bus messages as bytes. The encoding of values is `zbus`'s; a message is a header in that encoding and a body behind it.

use serde::{Deserialize, Serialize};
use zbus::wire::serialized::{Context, Data};
use zbus::wire::{Endian, to_bytes};
use zbus::{ObjectPath, Signature, Type, Variant};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The answer to a call.
    Return,
    /// The refusal of a call.
    Error,
    /// Something happened.
    Signal,
    /// Anything else, which nobody sends to a client.
    Other,
}

/// A method to call.
#[derive(Debug)]
pub struct Call<'a> {
    /// Bus name of who is called; left out between two peers.
    pub destination: Option<&'a str>,
    /// Object.
    pub path: &'a str,
    /// Interface.
    pub interface: &'a str,
    /// Method.
    pub member: &'a str,
    /// Type of the arguments.
    signature: String,
    /// The arguments.
    body: Vec<u8>,
}

/// A message that came in.
#[derive(Debug)]
pub struct Message {
    /// What it is.
    pub kind: Kind,
    /// Which call it answers.
    pub answers: Option<u32>,
    /// Method or signal.
    pub member: String,
    /// Name of the error.
    pub error: String,
    endian: Endian,
    body: Vec<u8>,
}

/// Byte order, type, flags, protocol version, length of the body, serial, fields.
#[derive(Serialize, Deserialize, Type)]
struct Header<'a>(u8, u8, u8, u8, u32, u32, #[serde(borrow)] Vec<(u8, Variant<'a>)>);

/// Codes of header fields.
mod field {
    pub const PATH: u8 = 1;
    pub const INTERFACE: u8 = 2;
    pub const MEMBER: u8 = 3;
    pub const ERROR_NAME: u8 = 4;
    pub const REPLY_SERIAL: u8 = 5;
    pub const DESTINATION: u8 = 6;
    pub const SIGNATURE: u8 = 8;
}

/// No message may be longer.
const LONGEST: usize = 128 << 20;

/// The part of a header whose length is fixed: with it, the length of the whole is known.
pub const FIXED: usize = 16;

impl<'a> Call<'a> {
    /// A call with these arguments, a tuple or nothing.
    pub fn new<B: Serialize + Type>(
        path: &'a str,
        interface: &'a str,
        member: &'a str,
        arguments: &B,
    ) -> zbus::Result<Self> {
        let body = to_bytes(Context::new(Endian::Little, 0), arguments)?.bytes().to_vec();
        let signature = arguments_signature(B::SIGNATURE);
        Ok(Self { destination: None, path, interface, member, signature, body })
    }

    /// The same call, through a bus, to that name.
    pub const fn to(mut self, destination: &'a str) -> Self {
        self.destination = Some(destination);
        self
    }

    /// The bytes of the message.
    pub fn encode(&self, serial: u32) -> zbus::Result<Vec<u8>> {
        let mut fields = vec![
            (field::PATH, Variant::new(ObjectPath::try_from(self.path)?)),
            (field::INTERFACE, Variant::from(self.interface)),
            (field::MEMBER, Variant::from(self.member)),
        ];
        if let Some(name) = self.destination {
            fields.push((field::DESTINATION, Variant::from(name)));
        }
        let length = u32::try_from(self.body.len()).map_err(|_| zbus::Error::ExcessData)?;
        let header = Header(b'l', 1, 0, 1, length, serial, fields);
        let mut bytes = to_bytes(Context::new(Endian::Little, 0), &header)?.bytes().to_vec();
        self.append_signature(&mut bytes);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes.extend_from_slice(&self.body);
        Ok(bytes)
    }
}

impl Call<'_> {
    /// Adds the last field by hand: the signature of a sequence has no parentheses around it, and a value of that type would.
    fn append_signature(&self, bytes: &mut Vec<u8>) {
        let Ok(length) = u8::try_from(self.signature.len()) else { return };
        if length == 0 {
            return;
        }
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes.extend_from_slice(&[field::SIGNATURE, 1, b'g', 0, length]);
        bytes.extend_from_slice(self.signature.as_bytes());
        bytes.push(0);
        let fields = u32::try_from(bytes.len().saturating_sub(FIXED)).unwrap_or(u32::MAX);
        if let Some(at) = bytes.get_mut(FIXED - 4..FIXED) {
            at.copy_from_slice(&fields.to_le_bytes());
        }
    }
}

/// The arguments of a method are a sequence, which a tuple's signature has in parentheses.
fn arguments_signature(signature: &Signature) -> String {
    let text = signature.to_string();
    match text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => inner.to_owned(),
        None => text,
    }
}

/// The length of a message, from its first [`FIXED`] bytes; none if they are none.
pub fn length(fixed: &[u8; FIXED]) -> Option<usize> {
    let endian = endian(fixed[0])?;
    let number = |at: usize| -> Option<usize> {
        let bytes: [u8; 4] = fixed.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(match endian {
            Endian::Little => u32::from_le_bytes(bytes),
            Endian::Big => u32::from_be_bytes(bytes),
        })
        .ok()
    };
    let header = FIXED.checked_add(number(12)?)?.checked_next_multiple_of(8)?;
    header.checked_add(number(4)?).filter(|&total| total <= LONGEST)
}

const fn endian(byte: u8) -> Option<Endian> {
    match byte {
        b'l' => Some(Endian::Little),
        b'B' => Some(Endian::Big),
        _ => None,
    }
}

impl Message {
    /// Reads a whole message.
    pub fn decode(bytes: &[u8]) -> zbus::Result<Self> {
        let endian = bytes.first().copied().and_then(endian).ok_or(zbus::Error::IncorrectEndian)?;
        let data = Data::new(bytes, Context::new(endian, 0));
        let (Header(_, kind, _, _, body_length, _, fields), _) =
            data.deserialize::<Header<'_>>()?;
        let kind = match kind {
            2 => Kind::Return,
            3 => Kind::Error,
            4 => Kind::Signal,
            _ => Kind::Other,
        };
        let start =
            usize::try_from(body_length).ok().and_then(|length| bytes.len().checked_sub(length));
        let body = start.and_then(|start| bytes.get(start..)).unwrap_or_default().to_vec();
        let mut message =
            Self { kind, answers: None, member: String::new(), error: String::new(), endian, body };
        for (code, value) in fields {
            message.take(code, &value);
        }
        Ok(message)
    }

    fn take(&mut self, code: u8, value: &Variant<'_>) {
        match (code, value) {
            (field::MEMBER, Variant::Str(text)) => self.member = text.to_string(),
            (field::ERROR_NAME, Variant::Str(text)) => self.error = text.to_string(),
            (field::REPLY_SERIAL, Variant::U32(serial)) => self.answers = Some(*serial),
            _ => {}
        }
    }

    /// The body as this type.
    pub fn body<T: for<'d> Deserialize<'d> + Type>(&self) -> zbus::Result<T> {
        let data = Data::new(self.body.as_slice(), Context::new(self.endian, 0));
        Ok(data.deserialize::<T>()?.0)
    }

    /// The first string of the body: the text of an error.
    pub fn text(&self) -> String {
        self.body::<String>().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_reads_back_and_tells_its_length() {
        let call = Call::new("/org/x", "org.x.Y", "Start", &("web.service", "replace")).unwrap();
        let bytes = call.to("org.x").encode(7).unwrap();
        let fixed: [u8; FIXED] = bytes[..FIXED].try_into().unwrap();
        assert_eq!(length(&fixed), Some(bytes.len()));
        let message = Message::decode(&bytes).unwrap();
        assert_eq!((message.kind, message.member.as_str()), (Kind::Other, "Start"));
        assert!(bytes.windows(8).any(|part| part == b"\x08\x01g\0\x02ss\0"), "{bytes:?}");
        assert_eq!(
            message.body::<(String, String)>().unwrap(),
            ("web.service".into(), "replace".into())
        );
    }

    #[test]
    fn bytes_that_are_no_message_are_an_error() {
        assert_eq!(length(&[0; FIXED]), None);
        let mut huge = [0xff; FIXED];
        huge[0] = b'l';
        assert_eq!(length(&huge), None);
        assert!(Message::decode(b"").is_err());
        assert!(Message::decode(b"l\x02\0\x01\0\0\0\0\x01\0\0\0\xff\0\0\0").is_err());
    }
}
