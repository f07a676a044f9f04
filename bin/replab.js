#!/usr/bin/env node
// Starts dist/cli.js under a Node.js that has what it needs. Written so that old ones can read it too.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';

const oldest = 24;
const cli = new URL('../dist/cli.js', import.meta.url);
/** A clone brings its own Node.js, as the development dependency `node`. */
const bundled = new URL('../node_modules/node/', import.meta.url);

if (!existsSync(cli)) {
  giveUp(`replab is not built. Run \`npm run build\` in ${fileURLToPath(new URL('..', import.meta.url))}`);
} else if (major(process.versions.node) >= oldest) {
  endWithParent();
  module.enableCompileCache();
  await import(cli.href);
} else if (major(bundledVersion()) >= oldest) {
  handOver(fileURLToPath(new URL('bin/node', bundled)));
} else {
  giveUp(
    `replab needs Node.js ${oldest} or newer; this is ${process.version}. Install it from https://nodejs.org`,
  );
}

/**
 * Becomes the same command under another Node.js: streams, arguments, signals and exit code are those of the
 * command. SIGINT and SIGQUIT typed at a terminal reach its whole foreground group, the child too: passing
 * them on would deliver them twice.
 * @param {string} node
 */
function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const atTerminal = [0, 1, 2].some((stream) => isatty(stream));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'])) {
    const typed = atTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT');
    process.on(signal, () => typed || child.kill(signal));
  }
  child.on('error', (error) => giveUp(`replab could not start ${node}: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // Reached when the signal does not end a process by default.
    process.exit(128 + constants.signals[signal]);
  });
}

/**
 * Handed over to, ends in good order when who did it is killed: nobody is left to pass signals on. Does nothing
 * in a process that was started otherwise.
 */
function endWithParent() {
  if (!process.connected) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}

/** '0' when there is none. */
function bundledVersion() {
  try {
    const { version } = /** @type {{ version: string }} */ (
      JSON.parse(readFileSync(new URL('package.json', bundled), 'utf8'))
    );
    return version;
  } catch {
    return '0';
  }
}

/** @param {string} version */
function major(version) {
  return Number.parseInt(version, 10);
}

/** 70: the installation is at fault, not what was asked for. @param {string} sentence */
function giveUp(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 70;
}
