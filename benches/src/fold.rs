//! Folding and replaying a recorded log.

use std::hint::black_box;
use std::time::Duration;

use aragora_core::debate::{Record, Transcript};
use aragora_core::engine::{Check, Engine};
use aragora_core::protocols::{DebateProtocol, Simultaneous};

use crate::row::{Row, Target};
use crate::timing::{compare, micros, timed};
use crate::{Result, one_thread, talk};

/// A debate's log, as lines and as records.
#[derive(Debug)]
pub struct Recorded {
    engine: Engine,
    lines: Vec<Vec<u8>>,
    records: Vec<Record>,
}

impl Recorded {
    /// The log of a debate of so many seats and rounds, which must come to this many turns.
    pub fn new(protocol: impl DebateProtocol + 'static, seats: usize, rounds: u32, turns: u64) -> Result<Self> {
        let engine = Engine::in_memory()?;
        let seats = talk::seats(seats, talk::REPLY_BYTES)?;
        let records = one_thread()?.block_on(talk::log_of(&engine, talk::debate(&engine, &seats, protocol, rounds)))?;
        let lines = records.iter().map(Record::to_line).collect::<aragora_core::Result<_>>()?;
        let made = Transcript::fold(&records)?.spent().calls;
        if made != turns {
            return Err(format!("{made} turns, expected {turns}").into());
        }
        Ok(Self { engine, lines, records })
    }

    /// Reads every line.
    pub fn parse(&self) -> Result<Vec<Record>> {
        Ok(self.lines.iter().map(|line| serde_json::from_slice(line)).collect::<serde_json::Result<_>>()?)
    }

    /// Reads and folds every line.
    pub fn fold(&self) -> Result<Transcript> {
        let records: Vec<Record> =
            self.lines.iter().map(|line| Record::from_line(line)).collect::<aragora_core::Result<_>>()?;
        Ok(Transcript::fold(&records)?)
    }

    /// Reads every line and runs the debate again.
    pub fn replay(&self) -> Result<()> {
        let records: Vec<Record> =
            self.lines.iter().map(|line| Record::from_line(line)).collect::<aragora_core::Result<_>>()?;
        self.again(&records)
    }

    fn again(&self, records: &[Record]) -> Result<()> {
        let report = self.engine.replay(records, Check::Strict)?;
        if report.matches { Ok(()) } else { Err(format!("the replay differs: {:?}", report.difference).into()) }
    }

    fn rows(&self, name: &str) -> Result<Vec<Row>> {
        let row = |figure: &str, pair: crate::timing::Pair, target| {
            Row::new(format!("{figure}, {name}"), micros(pair.ours), micros(pair.reference), pair.ratio(), target)
        };
        let fold = compare(200, || timed(|| self.fold()), || timed(|| self.parse()))?;
        let replay = compare(200, || timed(|| self.replay()), || timed(|| self.fold()))?;
        let folded = |records: &[Record]| -> Result<Duration> { timed(|| Ok(black_box(Transcript::fold(records)?))) };
        let bare = compare(200, || timed(|| self.again(&self.records)), || folded(&self.records))?;
        Ok(vec![
            row("fold of a log, against parsing it", fold, Target::AtMost(2.0)),
            row("replay, against its fold", replay, Target::AtMost(5.0)),
            row("the same without parsing on either side", bare, Target::Told),
        ])
    }
}

/// The figures of 36-turn debates.
pub fn rows() -> Result<Vec<Row>> {
    let mut rows = Recorded::new(talk::critique(false), 9, 1, 36)?.rows("critique, 9 seats x 1 round")?;
    rows.extend(Recorded::new(Simultaneous::default(), 6, 6, 36)?.rows("simultaneous, 6 x 6")?);
    Ok(rows)
}
