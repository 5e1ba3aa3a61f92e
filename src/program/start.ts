#!/usr/bin/env node
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";
import { dropOldest } from "../base/oldest-files.ts";

/*
 * What `berth` starts with once it is built. The program is one script (src/build/build.ts), which V8 would take longer to compile than
 * to run. So what V8 compiled for a command is kept in the user's cache (`$XDG_CACHE_HOME` or `~/.cache`) and taken from there the
 * next time. Where nothing can be kept the program runs as well, only some 20 milliseconds later.
 */

/** The name of the script's file, which holds a hash of its text. */
declare const PROGRAM: string;

/** The most files that the cache keeps: one for each command, version of Node and version of Berth. */
const MOST_FILES = 64;

const url = new URL(PROGRAM, import.meta.url);
const filename = fileURLToPath(url);
const file = fileOfCompiledCode(process.argv[2], process.env);
const cachedData = file && readCompiledCode(file);
const program = new Script(readFileSync(filename, "latin1"), { filename, ...(cachedData && { cachedData }) });
if (cachedData && !program.cachedDataRejected) optimizeLate();
else if (file) process.once("exit", (code) => keepCompiledCode(code, file));
program.runInThisContext()(createRequire(url), url.href);

/** Undefined where no command is called, or where there is no home to keep anything in. */
function fileOfCompiledCode(command: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const cache = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, ".cache"));
  if (!cache || !/^[a-z]+$/.test(command ?? "")) return undefined;
  return join(cache, "berth/compiled", `${PROGRAM}-${process.versions.v8}-${command}`);
}

/** Undefined if there is none, or if it is not what was kept: V8 does not look, and would fall over. */
function readCompiledCode(name: string): Buffer | undefined {
  try {
    const kept = readFileSync(name);
    const code = kept.subarray(0, -4);
    return crc32(code) === kept.readUInt32LE(code.length) ? code : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Lets V8 optimize only what runs for long. As it comes, that of Node 20 spends more time on optimizing a run of a few hundred
 * milliseconds than on the run itself: half of the processor time of `berth expand` at 500 jobs. Not where compiled code is going to
 * be kept: V8 takes it back only under the same flags.
 */
function optimizeLate(): void {
  if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=1000000");
}

/** Keeps what V8 compiled until now, readable by the user only. Not after a command that could not run: it compiled too little. */
function keepCompiledCode(exitCode: number, name: string): void {
  if (exitCode > 1 || process.argv.includes("--help") || process.argv.includes("-h")) return;
  const folder = join(name, "..");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const code = program.createCachedData();
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(crc32(code));
    writeFileSync(`${name}.${process.pid}`, Buffer.concat([code, checksum]), { mode: 0o600 });
    renameSync(`${name}.${process.pid}`, name);
    dropOldest(folder, MOST_FILES);
  } catch {
    // a disk that is full or read-only only makes the next run slower
  }
}
