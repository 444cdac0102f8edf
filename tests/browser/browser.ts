import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const path = process.env.TOUCHLINE_CHROMIUM ?? '/usr/bin/chromium';

/** Why pages cannot be tested here; undefined where they can. */
export const noBrowser = existsSync(path)
  ? undefined
  : `no Chromium at ${path}: set TOUCHLINE_CHROMIUM to one`;

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };
