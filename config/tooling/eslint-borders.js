import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

/**
 * Who may import whom. Plugins and connectors stand on what `core/index.ts` publishes, so that the rest of the core may
 * change: they import `#core` (and `#core/testing`, `#core/conformance` in simulators and tests), npm packages, Node's modules and their own folder;
 * a flow also imports the steps it is made of, with their examples in its tests, and what its family shares (`plugins/rh/champs.ts`). The core imports no plugin and no connector: it finds them by folder.
 */

/** The folder a file of `plugins/` or `connectors/` owns: `connectors/sftp`, `plugins/actes/ls-actes`, `plugins/pastell`. */
const ownFolder = (root, path) => {
  const parts = path.split('/')
  if (parts.length < 3 || !['connectors', 'plugins'].includes(parts[0])) return undefined
  const short = parts.slice(0, 2).join('/')
  // A plugin is a folder, or a folder of a family: the one that holds `index.ts` owns what is below.
  const whole = parts[0] === 'connectors' || existsSync(join(root, short, 'index.ts'))
  return whole ? short : parts.slice(0, Math.min(3, parts.length - 1)).join('/')
}

const refusal = (root, file, imported) => {
  const own = ownFolder(root, file)
  if (own) {
    const inside = imported === own || imported.startsWith(`${own}/`)
    const step = file.startsWith('plugins/') && /^plugins\/steps\/[^/]+\/(?:index|exemple)\.ts$/u.test(imported)
    const family = own.startsWith('plugins/') && imported.endsWith('.ts') && dirname(imported) === dirname(own)
    if (!inside && !step && !family)
      return `${own} imports #core, npm packages, node: modules and its own folder, not ${imported}.`
  }
  if (file.startsWith('core/') && /^(?:plugins|connectors|ui)\//u.test(imported))
    return `The core never imports a plugin, a connector or the UI (${imported}): they are found by folder.`
  return undefined
}

export const borders = root => ({
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = relative(root, context.filename).split(sep).join('/')
    const check = node => {
      const { source } = node
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return
      const imported = relative(root, resolve(dirname(context.filename), source.value))
        .split(sep)
        .join('/')
      const message = refusal(root, file, imported)
      if (message) context.report({ node: source, message })
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    }
  },
})
