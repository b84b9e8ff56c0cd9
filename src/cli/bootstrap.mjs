#!/usr/bin/env node
// Runs Heddle, or its tests, from a fresh clone: installs what package-lock.json names when it is not there, compiles when sources are
// newer than what was compiled, and goes on. Plain JavaScript without dependencies, because nothing is installed yet when it starts.
//
//   node src/cli/bootstrap.mjs start [arguments of `heddle serve`]
//   node src/cli/bootstrap.mjs test  [arguments of vitest]
//   node src/cli/bootstrap.mjs bench [arguments of the benchmarks]
//   node src/cli/bootstrap.mjs lab   [--keep] [--only PARTS] | down
//   node src/cli/bootstrap.mjs run   COMMAND [arguments of `heddle COMMAND`]

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const OLDEST_NODE = [20, 19];
/** Written after a whole compilation; the test runner's set-up looks at it too. */
const STAMP = join(ROOT, 'dist', '.compiled');
const SOURCES = ['src', 'migrations', 'test', 'tsconfig.json', 'vitest.config.ts'];
/** How often a long step says that it is still at work, in milliseconds. */
const HEARTBEAT = 10_000;

const say = (text) => process.stderr.write(`${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [needMajor, needMinor] = OLDEST_NODE;
  if (major < needMajor || (major === needMajor && minor < needMinor))
    fail(`Heddle needs Node.js ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
}

/** Whether every package that the lock file wants on this machine is there in that version, and the compiled one fits this Node.js. */
function isInstalled() {
  const installedFile = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages ?? {};
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  for (const [place, { version, optional, devOptional, peer }] of Object.entries(wanted)) {
    if (place === '' || (installed[place] === undefined && (optional || devOptional || peer))) continue;
    if (installed[place]?.version !== version) return false;
  }
  return sqliteWorks();
}

function sqliteWorks() {
  try {
    const Database = createRequire(join(ROOT, 'package.json'))('better-sqlite3');
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}

async function install() {
  if (isInstalled()) return;
  say('Installing the packages that package-lock.json names (once; where SQLite must be compiled it takes some minutes)...');
  const { status, output } = await quietly('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'installing', nodeHeaders());
  if (status !== 0) {
    say(output.split('\n').slice(-30).join('\n'));
    fail(`Installing failed. ${missingTools() ?? 'The lines above say why; npm ci repeats it.'}`);
  }
  if (!sqliteWorks()) fail(`SQLite for Node.js was not compiled. ${missingTools() ?? 'Run npm rebuild better-sqlite3 to see why.'}`);
}

/** Headers that came with Node.js spare node-gyp a download. */
function nodeHeaders() {
  const prefix = resolve(dirname(process.execPath), '..');
  return existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
}

/** better-sqlite3 is compiled where no prebuilt file can be had. */
function missingTools() {
  const missing = ['python3', 'make', 'g++'].filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0);
  return missing.length === 0
    ? undefined
    : `To compile SQLite, ${missing.join(', ')} must be installed (on Debian and Ubuntu: apt-get install python3 make g++).`;
}

async function build() {
  const compiled = existsSync(STAMP) ? statSync(STAMP).mtimeMs : 0;
  if (newest(SOURCES.map((name) => join(ROOT, name))) < compiled) return;
  say('Compiling...');
  const nest = join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { status, output } = await quietly(process.execPath, [nest, 'build'], 'compiling');
  if (status !== 0) fail(`${output}\nCompiling failed: the lines above say where.`);
  writeFileSync(STAMP, '');
}

function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const stat = statSync(path);
    latest = Math.max(latest, stat.isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : stat.mtimeMs);
  }
  return latest;
}

/** Runs a step without showing its output, but with a sign of life now and then. */
function quietly(command, args, doing, environment = {}) {
  const started = Date.now();
  const heartbeat = setInterval(() => say(`  still ${doing}, ${Math.round((Date.now() - started) / 1000)} s`), HEARTBEAT);
  return new Promise((done) => {
    let output = '';
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    const keep = (part) => {
      output = (output + part).slice(-100_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => done({ status: 1, output: `${command}: ${error.message}` }));
    child.on('close', (status) => done({ status, output }));
  }).finally(() => clearInterval(heartbeat));
}

/** The rest runs in this process, so that Ctrl-C reaches it first. */
async function heddle(args) {
  const main = join(ROOT, 'dist', 'src', 'cli', 'main.js');
  process.argv = [process.execPath, main, ...args];
  await import(pathToFileURL(main).href);
}

/** The benchmarks and the lab are compiled with the tests. */
async function compiledTest(folder, args) {
  const main = join(ROOT, 'dist', 'test', folder, 'main.js');
  process.argv = [process.execPath, main, ...args];
  await import(pathToFileURL(main).href);
}

async function test(args) {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const status = await new Promise((done) => spawn(process.execPath, [vitest, 'run', ...args], { cwd: ROOT, stdio: 'inherit' }).on('close', done));
  saySkipped();
  process.exitCode = status ?? 1;
}

function saySkipped() {
  const tests = readdirSync(join(ROOT, 'test'), { recursive: true });
  for (const [kind, variable, why] of [
    ['long', 'HEDDLE_TEST_LONG', 'because they take minutes'],
    ['system', 'HEDDLE_TEST_SYSTEM', 'because they need programs of the system (haproxy)'],
  ]) {
    const left = process.env[variable] === '1' ? [] : tests.filter((name) => name.endsWith(`.${kind}.test.ts`));
    if (left.length > 0) say(`Skipped, ${why}: ${left.sort().join(', ')}. To include them: ${variable}=1 npm test`);
  }
  say('Not part of this: real packets between network namespaces, which need root: npm run lab.');
  say("Nor: lint, format, import boundaries, generated files and the README's commands. .ci/run checks them too.");
}

checkNode();
process.chdir(ROOT);
const [task, ...args] = process.argv.slice(2);
if (!['start', 'test', 'bench', 'lab', 'run'].includes(task)) fail('usage: bootstrap.mjs start|test|bench|lab|run [arguments]');
await install();
await build();
if (task === 'test') await test(args);
else if (task === 'bench' || task === 'lab') await compiledTest(task, args);
else await heddle(task === 'start' ? ['serve', ...args] : args);
