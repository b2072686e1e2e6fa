import { startFakeServer } from './server.ts'

/** `npx tsx ui/testing/fake/start.ts`: the screens with nothing behind them, for drawing. Sign in with agent / passeur. */
const { url } = await startFakeServer({ pace: 4_000, port: Number(process.env['PORT'] ?? 3000) })
console.log(`Serveur factice : ${url} (agent / passeur)`)
