import { pino } from 'pino'
import type { Log } from './authoring/context.ts'

/** Names whose values never reach a log, wherever they are. Writers mask first; this is the second net. */
const SECRETS = [
  'password',
  'passphrase',
  'authorization',
  'cookie',
  'token',
  'secret',
  'mot_de_passe',
  'jeton',
  'pfx',
  'csrf',
]

/** JSON lines on standard error, so that standard output stays for what commands say. */
export const createLog = (level: 'debug' | 'info' | 'warn' | 'error' | 'silent'): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRETS.flatMap(name => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
    },
    pino.destination(2),
  )
