#!/usr/bin/env node
// npm links only what is there when it installs, and dist/ is built later.
import '../dist/main.js';
