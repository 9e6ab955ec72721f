//! The sums redb keeps of the pages that say where others lie, checked before redb believes them.
//!
//! redb checks no sum while it reads, and the map of free pages as little: where a bit of that map is wrong it writes
//! over live rows, or panics in the middle of a panic, which ends the process. What is read here is that map with the
//! other tables of redb's own, and the branches above the rows: a few pages in a hundred. The leaves are left to the
//! sums of frames. Layout: `docs/design.md` of redb 4, file format 3. Whatever is not as expected counts as unsound,
//! and then redb checks the whole file.

use std::io;

use redb::StorageBackend;
use xxhash_rust::xxh3::xxh3_128;

const MAGIC: &[u8] = b"redb\x1a\x0a\xa9\x0d\x0a";
const FORMAT: u8 = 3;
const PAGE: u64 = 4_096;
const LATEST_IN_SECOND: u8 = 1;
const TWO_PHASES: u8 = 4;
const LEAF: u8 = 1;
const BRANCH: u8 = 2;
const HEADER: usize = 320;
const SLOT: usize = 128;
/// Deeper than any tree of redb.
const DEEPEST: usize = 64;

/// Whether every page that leads to others, and every table of redb's own, is as it was written.
pub(super) fn sound(file: &dyn StorageBackend) -> io::Result<bool> {
    let length = file.len()?;
    if length < PAGE {
        return Ok(false);
    }
    let mut header = vec![0; HEADER];
    file.read(0, &mut header)?;
    let Some((sums, user, system)) = Sums::of(file, length, &header) else { return Ok(false) };
    Ok(sums.tables(user, Rows::Unread)?.is_some() && sums.tables(system, Rows::Read)?.is_some())
}

/// Where a tree begins, and the sum of that page.
type Root = (u64, u128);

/// Whether the leaves of a table are checked too.
#[derive(Clone, Copy, PartialEq)]
enum Rows {
    Read,
    Unread,
}

/// The sizes of the keys and values of a tree, where they are all the same.
#[derive(Clone, Copy, Default)]
struct Widths {
    key: Option<usize>,
    value: Option<usize>,
}

struct Sums<'a> {
    file: &'a dyn StorageBackend,
    length: u64,
    region: u64,
    region_header: u64,
}

impl<'a> Sums<'a> {
    /// Reads the latest commit; `None` if it is not one whose map of free pages redb would take as it is.
    fn of(file: &'a dyn StorageBackend, length: u64, header: &[u8]) -> Option<(Self, Option<Root>, Option<Root>)> {
        let flags = *header.get(MAGIC.len())?;
        let page_size = u64::from(number(header, 12)?);
        if !header.starts_with(MAGIC) || page_size != PAGE || flags & TWO_PHASES == 0 {
            return None;
        }
        let region_header = u64::from(number(header, 16)?) * PAGE;
        let region = region_header + u64::from(number(header, 20)?) * PAGE;
        let start = 64 + SLOT * usize::from(flags & LATEST_IN_SECOND);
        let slot = header.get(start..start + SLOT)?;
        let (fields, sum) = slot.split_at_checked(SLOT - 16)?;
        if *fields.first()? != FORMAT || xxh3_128(fields) != u128::from_le_bytes(sum.try_into().ok()?) {
            return None;
        }
        let root = |there: usize, at: usize| match fields.get(there)? {
            0 => Some(None),
            _ => Some(Some(root(fields, at)?)),
        };
        let (user, system) = (root(1, 8)?, root(2, 40)?);
        Some((Self { file, length, region, region_header }, user, system))
    }

    /// A page by its number: 20 bits of index, 20 of region, and the power of two of its size in the highest 5.
    fn page(&self, number: u64) -> io::Result<Option<Vec<u8>>> {
        let order = number >> 59;
        if order > 20 {
            return Ok(None);
        }
        let index = number & (0xf_ffff >> order);
        let (region, size) = ((number >> 20) & 0xf_ffff, PAGE << order);
        let start = PAGE + region * self.region + self.region_header + index * size;
        if start.checked_add(size).is_none_or(|end| end > self.length) {
            return Ok(None);
        }
        let mut page = vec![0; size as usize];
        self.file.read(start, &mut page)?;
        Ok(Some(page))
    }

    /// Checks the tree of tables, and the tree of each of them. `None` if anything is wrong.
    fn tables(&self, root: Option<Root>, rows: Rows) -> io::Result<Option<()>> {
        let Some(root) = root else { return Ok(Some(())) };
        let mut tables = Vec::new();
        let mut each = |leaf: &Leaf<'_>| {
            for pair in 0..leaf.pairs {
                tables.push(table(leaf.value(pair)?)?);
            }
            Some(())
        };
        if self.walk(root, Widths::default(), Rows::Read, &mut each)?.is_none() {
            return Ok(None);
        }
        for (root, widths) in tables {
            let Some(root) = root else { continue };
            if self.walk(root, widths, rows, &mut |_| Some(()))?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    /// Checks a tree from its root on. Every leaf of a tree is equally deep, so where leaves are left out, one of them
    /// tells the depth.
    fn walk(
        &self,
        root: Root,
        widths: Widths,
        rows: Rows,
        each: &mut dyn FnMut(&Leaf<'_>) -> Option<()>,
    ) -> io::Result<Option<()>> {
        let mut deepest = DEEPEST;
        if rows == Rows::Unread {
            let Some(depth) = self.depth(root)? else { return Ok(None) };
            deepest = depth;
        }
        let mut open = vec![(root, 0)];
        while let Some(((number, sum), depth)) = open.pop() {
            if depth >= deepest {
                if rows == Rows::Read {
                    return Ok(None);
                }
                continue;
            }
            let Some(page) = self.page(number)? else { return Ok(None) };
            let checked = match page.first() {
                Some(&LEAF) if rows == Rows::Read => {
                    Leaf::of(&page, widths).filter(|leaf| leaf.sum() == Some(sum)).and_then(|leaf| each(&leaf))
                }
                Some(&BRANCH) => children(&page, widths, sum)
                    .map(|children| open.extend(children.into_iter().map(|child| (child, depth + 1)))),
                _ => None,
            };
            if checked.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    /// How many branches lie above a leaf.
    fn depth(&self, root: Root) -> io::Result<Option<usize>> {
        let mut number = root.0;
        for depth in 0..DEEPEST {
            let Some(page) = self.page(number)? else { return Ok(None) };
            match page.first() {
                Some(&LEAF) => return Ok(Some(depth)),
                Some(&BRANCH) => {}
                _ => return Ok(None),
            }
            let Some(first) = first_child(&page) else { return Ok(None) };
            number = first;
        }
        Ok(None)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn root(bytes: &[u8], at: usize) -> Option<Root> {
    let page = u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?);
    let sum = u128::from_le_bytes(bytes.get(at + 8..at + 24)?.try_into().ok()?);
    Some((page, sum))
}

fn count(page: &[u8]) -> Option<usize> {
    Some(u16::from_le_bytes(page.get(2..4)?.try_into().ok()?).into())
}

/// What a row of the tree of tables says of one: where its tree begins, and the sizes of its keys and values.
fn table(row: &[u8]) -> Option<(Option<Root>, Widths)> {
    // A multimap has trees in its leaves, and neither redb nor we keep one.
    if *row.first()? != 3 {
        return None;
    }
    let width = |there: usize| match row.get(there)? {
        0 => Some(None),
        _ => Some(Some(number(row, there + 1)? as usize)),
    };
    let begins = if *row.get(9)? == 0 { None } else { Some(root(row, 10)?) };
    Some((begins, Widths { key: width(42)?, value: width(47)? }))
}

/// The pages below a branch, if the branch has this sum.
fn children(page: &[u8], widths: Widths, sum: u128) -> Option<Vec<Root>> {
    let keys = count(page)?;
    let pages = 8 + 16 * (keys + 1);
    let ends = pages + 8 * (keys + 1);
    let last = keys.checked_sub(1)?;
    let end = match widths.key {
        Some(width) => ends + width * keys,
        None => number(page, ends + 4 * last)? as usize,
    };
    if xxh3_128(page.get(..end)?) != sum {
        return None;
    }
    (0..=keys)
        .map(|child| {
            let sum = u128::from_le_bytes(page.get(8 + 16 * child..24 + 16 * child)?.try_into().ok()?);
            let at = pages + 8 * child;
            Some((u64::from_le_bytes(page.get(at..at + 8)?.try_into().ok()?), sum))
        })
        .collect()
}

fn first_child(page: &[u8]) -> Option<u64> {
    let at = 8 + 16 * (count(page)? + 1);
    Some(u64::from_le_bytes(page.get(at..at + 8)?.try_into().ok()?))
}

/// A page with rows.
struct Leaf<'a> {
    page: &'a [u8],
    pairs: usize,
    widths: Widths,
    key_ends: usize,
    value_ends: usize,
    rows: usize,
}

impl<'a> Leaf<'a> {
    fn of(page: &'a [u8], widths: Widths) -> Option<Self> {
        let pairs = count(page).filter(|pairs| *pairs > 0)?;
        let table = |width: Option<usize>| if width.is_none() { 4 * pairs } else { 0 };
        let value_ends = 4 + table(widths.key);
        Some(Self { page, pairs, widths, key_ends: 4, value_ends, rows: value_ends + table(widths.value) })
    }

    fn keys_end(&self) -> Option<usize> {
        match self.widths.key {
            Some(width) => Some(self.rows + width * self.pairs),
            None => Some(number(self.page, self.key_ends + 4 * (self.pairs - 1))? as usize),
        }
    }

    fn value_end(&self, pair: usize) -> Option<usize> {
        match self.widths.value {
            Some(width) => Some(self.keys_end()? + width * (pair + 1)),
            None => Some(number(self.page, self.value_ends + 4 * pair)? as usize),
        }
    }

    fn value(&self, pair: usize) -> Option<&'a [u8]> {
        let start = if pair == 0 { self.keys_end()? } else { self.value_end(pair - 1)? };
        self.page.get(start..self.value_end(pair)?)
    }

    fn sum(&self) -> Option<u128> {
        Some(xxh3_128(self.page.get(..self.value_end(self.pairs - 1)?)?))
    }
}
