/** `npm test`: installs what is missing, then runs every test, or those named by the arguments (passed to Vitest). */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { checkDisk, checkNode, install, ROOT, run } from './prerequisites.mjs'

await run(async () => {
  checkNode()
  checkDisk()
  install()
  const args = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)]
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
  process.exitCode = status ?? 1
})
