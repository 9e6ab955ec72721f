use crate::debate::{Seed, Topology, shuffle};

/// Whom each of n seats sees in a round (from 1), as roster indexes without itself. A seat always sees itself too.
pub fn sees(topology: &Topology, n: usize, round: u32, seed: Seed) -> Vec<Vec<usize>> {
    (0..n).map(|seat| others(topology, n, seat, round, seed)).collect()
}

fn others(topology: &Topology, n: usize, seat: usize, round: u32, seed: Seed) -> Vec<usize> {
    let everybody = || (0..n).filter(|other| *other != seat);
    let mut seen: Vec<usize> = match topology {
        Topology::AllToAll => everybody().collect(),
        Topology::Ring { directed } => {
            let before = (seat + n - 1) % n;
            if *directed { vec![before] } else { vec![before, (seat + 1) % n] }
        }
        Topology::Star { hub } if *hub as usize == seat => everybody().collect(),
        Topology::Star { hub } => vec![*hub as usize],
        Topology::Sparse { sparsity } => {
            // 1 - .7 is a little more than .3: without the allowance ten others would make four instead of three.
            let count = libm::ceil((1.0 - sparsity) * (n.saturating_sub(1)) as f64 - 1e-9).max(1.0) as usize;
            let mut others: Vec<usize> = everybody().collect();
            shuffle(&mut others, seed, "topology", &format!("r{round}.{seat}"));
            others.truncate(count);
            others
        }
        Topology::RoundRobin if n > 1 => vec![(seat + 1 + (round.max(1) as usize - 1) % (n - 1)) % n],
        Topology::RoundRobin => Vec::new(),
        Topology::Custom { matrix } => everybody()
            .filter(|other| matrix.get(seat).and_then(|row| row.get(*other)).copied().unwrap_or(false))
            .collect(),
    };
    seen.retain(|other| *other != seat && *other < n);
    seen.sort_unstable();
    seen.dedup();
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(topology: &Topology, round: u32) -> Vec<Vec<usize>> {
        sees(topology, 4, round, Seed(7))
    }

    #[test]
    fn four_seats_see_what_the_vectors_say() {
        assert_eq!(shown(&Topology::Ring { directed: false }, 1), [[1, 3], [0, 2], [1, 3], [0, 2]]);
        for round in [1, 4] {
            assert_eq!(shown(&Topology::RoundRobin, round), [[1], [2], [3], [0]]);
        }
        assert_eq!(shown(&Topology::RoundRobin, 2), [[2], [3], [0], [1]]);
        assert_eq!(shown(&Topology::Star { hub: 2 }, 1), [vec![2], vec![2], vec![0, 1, 3], vec![2]]);
        assert!(shown(&Topology::Sparse { sparsity: 0.5 }, 1).iter().all(|seen| seen.len() == 2));
        assert_eq!(shown(&Topology::Ring { directed: true }, 1), [[3], [0], [1], [2]]);
    }
}
