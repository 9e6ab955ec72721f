// Holds the bodies in the golden files against the types of the vendors' own JavaScript SDKs, with TypeScript.
//
// Usage: node validate.mjs SNAPSHOTS WORK
//
// WORK holds the installed packages. Every `providers_golden__<wire>.<expect>.<variant>.snap` becomes one typed constant,
// and again with a member nobody knows, which the types must refuse. The last line is `N passed, N failed`.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const PREFIX = 'providers_golden__';
// What the golden requests carry beside the wire's own members, to show that a host's members are merged.
const HOSTS_OWN = 'extra_member';

// Enumerations of the SDK are types of their own; on the wire their words stand in either case.
const gemini = `import type { Content, GenerationConfig, SafetySetting, ServiceTier } from '@google/genai';
type Wire<T> = T extends string ? (string extends T ? T : \`\${T}\` | Lowercase<\`\${T}\`>)
  : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;
type Body = Wire<{ contents: Content[]; systemInstruction?: Content; generationConfig?: GenerationConfig;
  safetySettings?: SafetySetting[]; serviceTier?: ServiceTier }>;`;
const messages = `import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';`;
// The SDK no longer names the sampling knobs that models before Claude 4.7 still take.
const sampled = `${messages}\ntype Body = MessageCreateParams & { temperature?: number; top_p?: number };`;

// The types of a wire: by the whole word in a golden file's name, else by the wire before its underscore.
const TYPES = {
  messages: sampled,
  // The version takes the place of the model, which stands in the path.
  messages_vertex: `${messages}\ntype Body = Omit<MessageCreateParams, 'model'> & { anthropic_version: string };`,
  responses: `import type { ResponseCreateParams as Body } from 'openai/resources/responses/responses';`,
  chat: `import type { ChatCompletionCreateParams as Body } from 'openai/resources/chat/completions';`,
  gemini,
  interactions: `import type { Interactions } from '@google/genai';
type Body = Interactions.InteractionCreateParams.CreateModelInteractionParamsNonStreaming
  | Interactions.InteractionCreateParams.CreateModelInteractionParamsStreaming;`,
};

// These SDKs have no types of the wire, or ones that want every default written out; their models in Python do.
const IN_PYTHON_ONLY = ['chat_mistral', 'chat_openrouter'];

function kindOf(name) {
  const speaker = name.split('.')[0];
  return speaker in TYPES ? speaker : speaker.split('_')[0];
}

function source(types, body) {
  const text = JSON.stringify(body, null, 2);
  const wrong = text.replace('{', '{\n  // @ts-expect-error a member that does not exist\n  no_such_member: 1,');
  return `${types}\nexport const body = ${text} satisfies Body;\nexport const wrong = ${wrong} satisfies Body;\n`;
}

const [snapshots, work] = process.argv.slice(2).map((path) => resolve(path));
const folder = join(work, 'bodies');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
const failed = new Set();
const names = readdirSync(snapshots)
  .filter((file) => file.startsWith(PREFIX) && file.endsWith('.snap'))
  .map((file) => file.slice(PREFIX.length, -'.snap'.length))
  .filter((name) => !IN_PYTHON_ONLY.includes(name.split('.')[0]));
for (const name of names) {
  const golden = readFileSync(join(snapshots, `${PREFIX}${name}.snap`), 'utf8');
  const { body } = JSON.parse(golden.split('---\n').slice(2).join('---\n'));
  delete body[HOSTS_OWN];
  const types = TYPES[kindOf(name)];
  if (types === undefined) {
    console.log(`${name}: no types are known for this wire`);
    failed.add(name);
  } else {
    writeFileSync(join(folder, `${name}.ts`), source(types, body));
  }
}
const tsc = createRequire(join(work, 'package.json')).resolve('typescript/bin/tsc');
const config = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.asynciterable'],
    types: [],
  },
  include: ['*.ts'],
};
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
try {
  execFileSync(process.execPath, [tsc, '--pretty', 'false', '-p', folder], { encoding: 'utf8' });
} catch (error) {
  console.log(error.stdout);
  for (const line of error.stdout.split('\n')) {
    const found = /(?:^|\/)([^/]+)\.ts\(\d+,\d+\): error/.exec(line);
    if (found) failed.add(found[1]);
  }
  if (failed.size === 0) throw error;
}
console.log(`${names.length - failed.size} passed, ${failed.size} failed`);
process.exitCode = names.length > 0 && failed.size === 0 ? 0 : 1;
