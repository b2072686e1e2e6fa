/**
 * `npm run build`: compiles the server to `dist/`, the client of the API to `dist/client/`, and the UI to `dist/ui/`. Then `npm ci --omit=dev` and
 * `node dist/core/cli.js serve` are all production needs.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { checkDisk, checkNode, install, Refusal, ROOT, run } from './prerequisites.mjs'

const tool = (path, ...args) => {
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules', path), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (status !== 0)
    throw new Refusal(
      "La construction s'est arrêtée sur l'erreur ci-dessus : corrigez-la, puis relancez « npm run build ».",
    )
}

/** What the code reads beside itself: help pages, fonts, tables. */
const copyAssets = () => {
  for (const folder of ['core', 'plugins', 'connectors'])
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name)
      if (entry.isFile() && !/\.ts$/u.test(entry.name)) cpSync(path, join(ROOT, 'dist', relative(ROOT, path)))
    }
}

/** `dist/` is a scope of its own, where `#core` is the compiled one. */
const writeScope = () => {
  const { name, version, type, imports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const compiled = Object.fromEntries(
    Object.entries(imports).map(([key, path]) => [key, path.replace(/\.ts$/u, '.js')]),
  )
  writeFileSync(
    join(ROOT, 'dist/package.json'),
    `${JSON.stringify({ name, version, type, imports: compiled }, undefined, 2)}\n`,
  )
}

/** A package of its own, for those who write programs. */
const buildClient = () => {
  tool('typescript/bin/tsc', '-p', 'config/tooling/tsconfig.client.json')
  for (const file of ['package.json', 'README.md'])
    cpSync(join(ROOT, 'core/client', file), join(ROOT, 'dist/client', file))
}

await run(async () => {
  checkNode()
  checkDisk()
  install()
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
  tool('typescript/bin/tsc', '-p', 'config/tooling/tsconfig.build.json')
  copyAssets()
  writeScope()
  buildClient()
  tool('vite/bin/vite.js', 'build', 'ui', '--outDir', join(ROOT, 'dist/ui'), '--logLevel', 'warn')
})
