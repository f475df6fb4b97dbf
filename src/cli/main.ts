#!/usr/bin/env node
import { endProcess } from './end-process';
import { processIo } from './io';
import { run } from './run';

const { stdout, stderr } = process;

const io = processIo();

void run(process.argv.slice(2), io).then(() => endProcess(io.exitCode, stdout, stderr));
