//! Numbers in the middle of bytes. Outside of them there are none.

pub(super) fn slice(bytes: &[u8], start: usize, length: usize) -> Option<&[u8]> {
    bytes.get(start..start.checked_add(length)?)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    slice(bytes, at, N)?.try_into().ok()
}

/// The order of the bytes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The least first.
    Little,
    /// The greatest first.
    Big,
}

impl Order {
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<usize> {
        let array = array(bytes, at)?;
        Some(usize::from(if self == Order::Little { u16::from_le_bytes(array) } else { u16::from_be_bytes(array) }))
    }

    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<usize> {
        let array = array(bytes, at)?;
        let number = if self == Order::Little { u32::from_le_bytes(array) } else { u32::from_be_bytes(array) };
        usize::try_from(number).ok()
    }
}
