// Runs so many debates, so many at a time, and says what that took: one line of JSON, as the Rust programs print.

import { readFileSync } from 'node:fs';

export const task = JSON.parse(readFileSync(new URL('task.json', import.meta.url), 'utf8'));

const [url, concurrency, debates] = process.argv.slice(2);
export const server = url;

export function prompt(own, answers) {
  if (answers.length === 0) return task.question;
  const parts = [task.question];
  answers.forEach((answer, i) => {
    parts.push(`${i === own ? 'Your own answer' : 'Another answer'}:\n${answer}`);
  });
  parts.push('Reconsider, and end with FINAL ANSWER: and your answer.');
  return parts.join('\n\n');
}

export const system = (seat) => `You are ${seat}. Answer the question and end with FINAL ANSWER: and your answer.`;

export function decide(answers) {
  const votes = new Map();
  for (const answer of answers) {
    const value = answer.slice(answer.lastIndexOf('FINAL ANSWER:') + 13).trim().toLowerCase();
    votes.set(value, (votes.get(value) ?? 0) + 1);
  }
  const [winner, count] = [...votes].sort((a, b) => b[1] - a[1])[0];
  if (winner !== 'yes' || count * 2 <= answers.length) throw new Error(`decided ${winner}`);
}

function residentMib() {
  try {
    const line = readFileSync('/proc/self/status', 'utf8').split('\n').find((line) => line.startsWith('VmHWM:'));
    return Number(line.split(/\s+/)[1]) / 1024;
  } catch {
    return null;
  }
}

async function wave(count, atATime, debate) {
  let left = count;
  const times = [];
  const place = async () => {
    while (left-- > 0) {
      const began = performance.now();
      await debate();
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, place));
  return times;
}

// Measures, after one unmeasured debate per place.
export async function run(debate) {
  const [places, all] = [Number(concurrency), Number(debates)];
  await wave(Math.min(places, 64), places, debate);
  const [began, before] = [performance.now(), process.cpuUsage()];
  const times = (await wave(all, places, debate)).sort((a, b) => a - b);
  const seconds = (performance.now() - began) / 1e3;
  const used = process.cpuUsage(before);
  const share = (part) => times[Math.round((times.length - 1) * part)];
  console.log(
    JSON.stringify({
      debates: all,
      concurrency: places,
      cpu_ms_per_debate: (used.user + used.system) / 1e3 / all,
      p50_ms: share(0.5),
      p95_ms: share(0.95),
      debates_per_second: all / seconds,
      resident_mib: residentMib(),
    }),
  );
}
