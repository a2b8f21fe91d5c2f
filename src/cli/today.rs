//! The day for which ends of life are judged.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::knowledge::Date;

use super::failure::Failure;

const SECONDS_PER_DAY: u64 = 86_400;

/// `asked`, else the day in SOURCE_DATE_EPOCH, else the system's, in UTC.
pub fn today(asked: Option<Date>) -> Result<Date, Failure> {
    if let Some(date) = asked {
        return Ok(date);
    }
    let seconds = match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) if !text.is_empty() => {
            text.parse().ok().filter(|seconds| *seconds <= LAST_SECOND).ok_or_else(|| {
                Failure::new(format!("SOURCE_DATE_EPOCH is `{text}`"), "set it to a number of seconds, or use --today")
            })?
        }
        _ => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().min(LAST_SECOND)),
    };
    date_of(seconds).ok_or_else(|| Failure::new("the system's date is no date", "use --today"))
}

/// The last second of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// The day of a number of seconds since 1970.
fn date_of(seconds: u64) -> Option<Date> {
    // Howard Hinnant's `civil_from_days`: years start in March, so that the leap day is the last of its year.
    let days = seconds / SECONDS_PER_DAY + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    Date::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_since_1970_fall_on_their_day() {
        let day = |seconds| date_of(seconds).unwrap().to_string();
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(951_782_400), "2000-02-29");
        assert_eq!(day(1_795_391_999), "2026-11-22");
        assert_eq!(day(1_795_392_000), "2026-11-23");
        assert_eq!(day(LAST_SECOND), "9999-12-31");
    }
}
