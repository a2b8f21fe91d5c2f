//! A day, for facts that carry one.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar. Earlier days are less than later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, if the calendar has it: `month` and `day` count from 1.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        (day >= 1 && day <= days_in(year, month)).then_some(Self { year, month, day })
    }

    /// A day that the generator took from the facts.
    pub(super) const fn known(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    /// The year, as in 2026.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, January being 1.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// How many days later `other` is; negative where it is earlier.
    pub fn days_until(self, other: Date) -> i32 {
        other.number() - self.number()
    }

    /// Days since the first of March of the year 0: with March first, the leap day ends the year.
    fn number(self) -> i32 {
        let month = (i32::from(self.month) + 9) % 12;
        let year = i32::from(self.year) - month / 10;
        365 * year + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (month * 306 + 5) / 10
            + i32::from(self.day)
            - 1
    }
}

fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// The text is not a day written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADate;

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date of the form YYYY-MM-DD")
    }
}

impl std::error::Error for NotADate {}

impl FromStr for Date {
    type Err = NotADate;

    /// Reads `YYYY-MM-DD` (ISO 8601), nothing shorter.
    fn from_str(text: &str) -> Result<Self, NotADate> {
        let [millennium, century, decade, year, b'-', ten_months, month, b'-', ten_days, day] = text.as_bytes() else {
            return Err(NotADate);
        };
        // The tables hold thousands of days: digit by digit is a tenth of the work of parting and parsing numbers.
        let number = |digits: [u8; 2]| {
            let [tens, ones] = digits.map(|digit| digit.wrapping_sub(b'0'));
            (tens < 10 && ones < 10).then(|| 10 * tens + ones)
        };
        let two = |tens: &u8, ones: &u8| number([*tens, *ones]).ok_or(NotADate);
        let year = 100 * u16::from(two(millennium, century)?) + u16::from(two(decade, year)?);
        Self::new(year, two(ten_months, month)?, two(ten_days, day)?).ok_or(NotADate)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_reads_back_as_it_was_written() {
        for text in ["2026-11-23", "2024-02-29", "0999-01-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_the_calendar_does_not_have_is_refused() {
        for text in ["", "2026", "2026-11", "2023-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-1-1"] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
        for text in ["2026-11-23-1", "+026-11-23", "２０２６-11-23", "2026-11-2é", "20261123"] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        let days = |from: &str, to: &str| from.parse::<Date>().unwrap().days_until(to.parse().unwrap());
        assert_eq!(days("2026-11-23", "2026-11-23"), 0);
        assert_eq!(days("2024-02-28", "2024-03-01"), 2);
        assert_eq!(days("2026-11-23", "2027-02-21"), 90);
        assert_eq!(days("2026-01-01", "2025-01-01"), -365);
        assert_eq!(days("1900-01-01", "2000-01-01"), 36_524);
    }

    #[test]
    fn earlier_days_are_less() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert!(day("2025-12-31") < day("2026-01-01"));
        assert!(day("2026-01-31") < day("2026-02-01"));
    }
}
