use std::fmt::Write as _;

use super::catalogue::{MetricDef, MetricKind};
use super::registry::{Sample, SampleValue, Telemetry};

impl Telemetry {
    /// Every metric in Prometheus' text format, content type `text/plain; version=0.0.4; charset=utf-8`.
    pub fn render_prometheus(&self) -> String {
        let mut out = String::new();
        let mut last = "";
        for sample in self.snapshot() {
            if sample.def.name != last {
                last = sample.def.name;
                head(&mut out, &sample.def);
            }
            series(&mut out, &sample);
        }
        out
    }
}

// Writing to a `String` cannot fail.
fn head(out: &mut String, def: &MetricDef) {
    let kind = match def.kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram(_) => "histogram",
    };
    let _ = writeln!(out, "# HELP {} {}\n# TYPE {} {kind}", def.name, def.help.trim(), def.name);
}

fn series(out: &mut String, sample: &Sample) {
    let name = sample.def.name;
    let labels: Vec<String> = sample
        .def
        .labels
        .iter()
        .zip(&sample.labels)
        .map(|(label, value)| format!("{}=\"{}\"", label.name, escaped(value)))
        .collect();
    let set = |more: Option<String>| {
        let all: Vec<&str> = labels.iter().map(String::as_str).chain(more.as_deref()).collect();
        if all.is_empty() { String::new() } else { format!("{{{}}}", all.join(",")) }
    };
    let _ = match (&sample.value, sample.def.kind) {
        (SampleValue::Counter(count), _) => writeln!(out, "{name}{} {count}", set(None)),
        (SampleValue::Gauge(value), _) => writeln!(out, "{name}{} {value}", set(None)),
        (SampleValue::Histogram(histogram), MetricKind::Histogram(bounds)) => {
            for (bound, count) in bounds.iter().zip(&histogram.cumulative) {
                let _ = writeln!(out, "{name}_bucket{} {count}", set(Some(format!("le=\"{bound}\""))));
            }
            let (count, sum) = (histogram.count, histogram.sum);
            let _ = writeln!(out, "{name}_bucket{} {count}", set(Some("le=\"+Inf\"".to_owned())));
            writeln!(out, "{name}_sum{0} {sum}\n{name}_count{0} {count}", set(None))
        }
        (SampleValue::Histogram(_), _) => Ok(()),
    };
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
