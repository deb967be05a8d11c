//! Texts as nobody would write them by hand.

/// Random numbers that are the same each time (splitmix64).
pub struct Random(u64);

impl Random {
    /// Numbers that this one leads to.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("it is below a usize")
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// One character: mostly of the kind that some grammar treats in its own way.
    fn character(&mut self) -> char {
        const SPECIAL: &[char] = &[
            ' ', '\'', '"', '\\', '%', '$', ';', '\n', '\t', '\r', '-', '@', '!', '+', ':', '#',
            '&', '|', '*', '?', '[', ']', '{', '}', '(', ')', '<', '>', '~', '^', '=', ',', '`',
            '/', '.', 'n', 'x', '0', 'H', 'i', 'u',
        ];
        const WIDE: &[char] = &[
            'é',
            'ß',
            '日',
            '\u{85}',
            '\u{a0}',
            '\u{2028}',
            '\u{feff}',
            '😀',
            '\u{10fffd}',
            '\u{300}',
        ];
        match self.below(10) {
            0..5 => self.pick(SPECIAL),
            5 => char::from(u8::try_from(1 + self.below(127)).expect("it is below 128")),
            6 => self.pick(WIDE),
            _ => char::from(b'a' + u8::try_from(self.below(26)).expect("it is below 26")),
        }
    }

    /// A text of at most so many characters.
    pub fn text(&mut self, longest: usize) -> String {
        (0..self.below(longest + 1)).map(|_| self.character()).collect()
    }
}

/// A brace is a placeholder's beginning unless it is doubled.
pub fn doubled(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}
