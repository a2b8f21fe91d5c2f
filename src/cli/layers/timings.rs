//! `--timings`: what a build's log says of the time that its steps took.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::cache::Timing;
use crate::knowledge::Date;

use super::super::failure::Failure;

/// Reads the log of `docker buildx build --progress=rawjson` or `--progress=plain`. Steps that came from the cache tell
/// nothing.
pub fn read(path: &Path) -> Result<Vec<Timing>, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::at("read", path, &error))?;
    let log = String::from_utf8_lossy(&bytes);
    let timings = match log.trim_start().starts_with('{') {
        true => of_rawjson(&log),
        false => of_plain(&log),
    };
    if timings.is_empty() {
        let help = "write one with `docker buildx build --no-cache --progress=rawjson . 2> FILE`";
        return Err(Failure::new(format!("{} holds no finished step of a build", path.display()), help));
    }
    Ok(timings)
}

/// The times of vertices, by what tells them apart: the last finished run of each.
#[derive(Default)]
struct Vertices<'l> {
    names: BTreeMap<&'l str, String>,
    milliseconds: BTreeMap<&'l str, u64>,
}

impl Vertices<'_> {
    fn timings(&self) -> Vec<Timing> {
        let timings = self.milliseconds.iter().filter_map(|(id, time)| Timing::new(self.names.get(id)?, *time));
        timings.collect()
    }
}

/// BuildKit's `SolveStatus`, again and again.
fn of_rawjson(log: &str) -> Vec<Timing> {
    let objects = objects(log);
    let mut vertices = Vertices::default();
    for vertex in objects.iter().filter_map(|object| object["vertexes"].as_array()).flatten() {
        let (Some(digest), Some(name)) = (vertex["digest"].as_str(), vertex["name"].as_str()) else { continue };
        vertices.names.insert(digest, name.to_owned());
        let moment = |field: &str| vertex[field].as_str().and_then(milliseconds_since_1970);
        if vertex["cached"] != true
            && let (Some(started), Some(completed)) = (moment("started"), moment("completed"))
        {
            vertices.milliseconds.insert(digest, completed.saturating_sub(started));
        }
    }
    vertices.timings()
}

/// The objects of a log: one on each line, or each on many lines, as buildx wrote them until 0.13.
fn objects(log: &str) -> Vec<Value> {
    let mut objects = Vec::new();
    let mut rest = log;
    while !rest.is_empty() {
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        objects.extend(stream.by_ref().map_while(Result::ok));
        // Whatever is no object ends with its line.
        rest = rest.get(stream.byte_offset()..).unwrap_or_default();
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    objects
}

/// `#7 [build 3/5] RUN npm ci`, and later `#7 DONE 12.3s`.
fn of_plain(log: &str) -> Vec<Timing> {
    let mut vertices = Vertices::default();
    for line in log.lines() {
        let Some((number, rest)) = line.trim().strip_prefix('#').and_then(|line| line.split_once(' ')) else {
            continue;
        };
        if let Some(seconds) = rest.strip_prefix("DONE ").and_then(|time| time.strip_suffix('s')) {
            if let Some(time) = milliseconds(seconds) {
                vertices.milliseconds.insert(number, time);
            }
        } else if rest.starts_with('[') {
            vertices.names.entry(number).or_insert_with(|| rest.to_owned());
        }
    }
    vertices.timings()
}

/// Of `12.3`.
fn milliseconds(seconds: &str) -> Option<u64> {
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, ""));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    Some(whole.parse::<u64>().ok()? * 1000 + part.parse::<u64>().ok()?)
}

/// Of `2026-11-25T21:48:00.123456789Z`, or with another time zone behind it.
fn milliseconds_since_1970(text: &str) -> Option<u64> {
    let (date, time) = text.split_once('T')?;
    let mut date = date.splitn(3, '-');
    let date = Date::new(date.next()?.parse().ok()?, date.next()?.parse().ok()?, date.next()?.parse().ok()?)?;
    let zone = time.find(['Z', '+', '-'])?;
    let (time, zone) = time.split_at(zone);
    let mut time = time.splitn(3, ':');
    let (hours, minutes) = (time.next()?.parse::<u64>().ok()?, time.next()?.parse::<u64>().ok()?);
    let of_day = (hours * 60 + minutes) * 60_000 + milliseconds(time.next()?)?;
    let days = u64::try_from(Date::new(1970, 1, 1)?.days_until(date)).ok()?;
    let moment = days * 86_400_000 + of_day;
    match zone.split_at_checked(1)? {
        ("+", zone) => moment.checked_sub(minutes_of(zone)? * 60_000),
        ("-", zone) => Some(moment + minutes_of(zone)? * 60_000),
        _ => Some(moment),
    }
}

/// Of `02:30`.
fn minutes_of(zone: &str) -> Option<u64> {
    let (hours, minutes) = zone.split_once(':')?;
    Some(hours.parse::<u64>().ok()? * 60 + minutes.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(timings: &[Timing]) -> Vec<(Option<&str>, &str, u64)> {
        timings.iter().map(|it| (it.stage.as_deref(), it.instruction.as_str(), it.milliseconds)).collect()
    }

    #[test]
    fn a_log_of_objects_tells_when_steps_started_and_completed() {
        let log = "\
            {\"vertexes\":[{\"digest\":\"sha256:1\",\"name\":\"[build 2/3] RUN npm ci\",\"started\":\"2026-11-25T23:59:59.5Z\"}]}\n\
            {\"vertexes\":[{\"digest\":\"sha256:2\",\"name\":\"[build 1/3] FROM node\",\"started\":\"2026-11-25T23:59:59Z\",\
            \"completed\":\"2026-11-25T23:59:59Z\",\"cached\":true}],\"logs\":[]}\n\
            no object\n\
            {\"vertexes\":[{\"digest\":\"sha256:1\",\"name\":\"[build 2/3] RUN npm ci\",\"started\":\"2026-11-25T23:59:59.5Z\",\
            \"completed\":\"2026-11-26T02:00:12.123456789+02:00\"}]}\n";
        assert_eq!(shown(&of_rawjson(log)), [(Some("build"), "RUN npm ci", 12_623)]);
    }

    #[test]
    fn an_object_may_take_many_lines() {
        let log = "warning: {\n{\n  \"vertexes\": [\n    {\n      \"digest\": \"sha256:1\",\n      \"name\": \"[2/2] RUN make\",\n\
                   \"started\": \"2026-11-25T23:00:00Z\",\n\"completed\": \"2026-11-25T23:00:02Z\"\n}\n]\n}\n{\n\"logs\": []\n}\n{\n";
        assert_eq!(shown(&of_rawjson(log)), [(None, "RUN make", 2_000)]);
    }

    #[test]
    fn a_log_for_people_tells_how_long_steps_took() {
        let log = "#1 [internal] load build definition\n#1 DONE 0.1s\n\n#5 [2/4] WORKDIR /app\n#5 CACHED\n\n\
                   #6 [3/4] COPY . .\n#6 DONE 0.2s\n#7 [4/4] RUN npm ci\n#7 0.5 #6 DONE 9s\n#7 DONE 12.34s\n";
        assert_eq!(shown(&of_plain(log)), [(None, "COPY . .", 200), (None, "RUN npm ci", 12_340)]);
    }
}
