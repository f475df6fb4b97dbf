#!/usr/bin/env node
import { endProcess } from './end-process';
import { processIo } from './io';
import { run } from './run';

const { stdout, stderr } = process;

void run(process.argv.slice(2), processIo()).then(() => endProcess(stdout, stderr));
