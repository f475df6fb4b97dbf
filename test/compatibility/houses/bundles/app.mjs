// The same as a module.
import express from 'express';
import kit from './kit.cjs';

await kit.proveServed(express().use('/webhooks/bigmind', kit.receiver().router), '/webhooks/bigmind');
kit.proved('bundle');
