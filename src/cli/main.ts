#!/usr/bin/env node
import { endProcess } from './end-process';
import { exitCodes } from './failure';
import { processIo } from './io';
import { run } from './run';

const { stdout, stderr } = process;

const io = processIo();

// Nothing is left that could end the command: 0 would say that it is done.
process.once('beforeExit', () => io.setExitCode(exitCodes.refused));

void run(process.argv.slice(2), io).then(() => endProcess(io.exitCode, stdout, stderr));
