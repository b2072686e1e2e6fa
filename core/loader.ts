import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { AnyConnector } from './authoring/connectors.ts'
import type { Flow } from './authoring/flows.ts'
import type { FlowCheck, Importer, PluginDefinition } from './authoring/plugins.ts'
import type { AnyStep } from './authoring/steps.ts'
import type { FileViewer } from './authoring/viewers.ts'
import type { MigrationSet } from './db/migrate.ts'
import type { Mount } from './http/mounts.ts'
import type { PublicPages } from './http/public/pages.ts'
import type { Route } from './http/route.ts'

/** Everything found in `plugins/` and `connectors/`, and in the npm packages that the configuration names. */
export interface Loaded {
  readonly steps: ReadonlyMap<string, AnyStep>
  readonly flows: readonly Flow[]
  /** Page for the agents of each flow, in Markdown: the README of its folder. */
  readonly flowHelp: ReadonlyMap<string, string>
  readonly connectors: ReadonlyMap<string, LoadedConnector>
  readonly routes: readonly Route[]
  readonly mounts: readonly Mount[]
  readonly publicPages: readonly PublicPages[]
  readonly viewers: readonly FileViewer[]
  readonly checks: readonly FlowCheck[]
  readonly importers: readonly Importer[]
  readonly migrations: readonly MigrationSet[]
  /** What was loaded and how long it took, in order: printed at start-up. */
  readonly report: readonly LoadedSource[]
}

/** One folder, or one package. */
export interface LoadedSource {
  readonly source: string
  readonly what: string
  readonly ms: number
  /** Identifiers of the flows and connectors that came with it. */
  readonly flows: readonly string[]
  readonly connectors: readonly string[]
}

export interface LoadedConnector {
  readonly definition: AnyConnector
  /** Its README, which is its help page. */
  readonly help: string
}

/** A folder that cannot be loaded stops the start: a hub without its télétransmission is worse than one that does not start. */
export class LoadError extends Error {
  override readonly name = 'LoadError'
}

const ENTRY = ['index.ts', 'index.js']

/** Folders that hold an `index`, in alphabetical order, the root first; what is below an `index` belongs to it. */
const foldersOf = (root: string): readonly string[] => {
  if (!existsSync(root)) return []
  if (ENTRY.some(file => existsSync(join(root, file)))) return [root]
  return readdirSync(root, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name !== 'node_modules')
    .map(entry => join(root, entry.name))
    .toSorted()
    .flatMap(foldersOf)
}

const isStep = (value: unknown): value is { readonly definition: AnyStep } =>
  typeof value === 'function' && 'definition' in value && typeof value.definition === 'object'
const isFlow = (value: unknown): value is Flow => typeof value === 'object' && value !== null && 'stored' in value
const isConnector = (value: unknown): value is AnyConnector =>
  typeof value === 'object' && value !== null && 'provides' in value && 'connect' in value
const isPlugin = (value: unknown): value is PluginDefinition =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  ['flows', 'steps', 'routes', 'mounts', 'publicPages', 'viewers', 'checks', 'importers', 'migrations'].some(
    part => part in value,
  )

interface Shelf {
  readonly steps: Map<string, AnyStep>
  readonly flows: Map<string, Flow>
  readonly flowHelp: Map<string, string>
  readonly connectors: Map<string, LoadedConnector>
  readonly routes: Route[]
  readonly mounts: Mount[]
  readonly publicPages: PublicPages[]
  readonly viewers: Map<string, FileViewer>
  readonly checks: Map<string, FlowCheck>
  readonly importers: Map<string, Importer>
  readonly migrations: MigrationSet[]
}

const add = <T>(shelf: Map<string, T>, id: string, value: T, what: string) => {
  if (shelf.get(id) === value) return
  if (shelf.has(id)) throw new Error(`${what} « ${id} » est déjà défini ailleurs.`)
  shelf.set(id, value)
}

/** Puts away what a module exports, whatever the names of its exports; says what it was. */
const shelve = (shelf: Shelf, exported: unknown, help: string): string | undefined => {
  if (isStep(exported)) {
    add(shelf.steps, exported.definition.id, exported.definition, "L'étape")
    return `étape ${exported.definition.id}`
  }
  if (isFlow(exported)) {
    add(shelf.flows, exported.stored.id, exported, 'Le flux')
    shelf.flowHelp.set(exported.stored.id, help)
    return `flux ${exported.stored.id}`
  }
  if (isConnector(exported)) {
    const known = shelf.connectors.get(exported.id)
    if (known?.definition !== exported)
      add(shelf.connectors, exported.id, { definition: exported, help }, 'Le connecteur')
    return `connecteur ${exported.id}`
  }
  if (isPlugin(exported)) {
    for (const step of exported.steps ?? []) add(shelf.steps, step.definition.id, step.definition, "L'étape")
    for (const flow of exported.flows ?? []) {
      add(shelf.flows, flow.stored.id, flow, 'Le flux')
      shelf.flowHelp.set(flow.stored.id, help)
    }
    shelf.routes.push(...(exported.routes ?? []))
    shelf.mounts.push(...(exported.mounts ?? []))
    shelf.publicPages.push(...(exported.publicPages ?? []))
    for (const viewer of exported.viewers ?? []) add(shelf.viewers, viewer.id, viewer, 'La visionneuse')
    for (const check of exported.checks ?? []) add(shelf.checks, check.id, check, 'Le contrôle')
    for (const importer of exported.importers ?? []) add(shelf.importers, importer.id, importer, "L'import")
    if (exported.migrations) shelf.migrations.push({ owner: exported.id, migrations: exported.migrations })
    return [`extension ${exported.id}`, ...(exported.steps ?? []).map(step => `étape ${step.definition.id}`)].join(', ')
  }
  return undefined
}

const loadModule = async (shelf: Shelf, specifier: string, help: string): Promise<string> => {
  const module = (await import(specifier)) as Record<string, unknown>
  const found = [...new Set(Object.values(module))].flatMap(exported => shelve(shelf, exported, help) ?? [])
  if (found.length === 0)
    throw new Error(
      "le module n'exporte ni flux, ni étape, ni connecteur, ni extension : vérifier l'export par defineFlow, defineStep, defineConnector ou definePlugin.",
    )
  return found.join(', ')
}

const helpOf = async (sources: string, folder: string): Promise<string> => {
  const readme = join(sources, folder, 'README.md')
  return existsSync(readme) ? readFile(readme, 'utf8') : ''
}

/**
 * Loads steps, connectors and flows by folder, in a fixed order, then the named packages.
 * @param sources the checkout, where the help pages are even when compiled code runs
 * @throws LoadError naming the folder and the reason
 */
export const load = async (options: {
  readonly sources: string
  readonly packages?: readonly string[]
}): Promise<Loaded> => {
  const here = dirname(dirname(fileURLToPath(import.meta.url)))
  const shelf: Shelf = {
    steps: new Map(),
    flows: new Map(),
    flowHelp: new Map(),
    connectors: new Map(),
    routes: [],
    mounts: [],
    publicPages: [],
    viewers: new Map(),
    checks: new Map(),
    importers: new Map(),
    migrations: [],
  }
  const report: LoadedSource[] = []
  const folders = ['connectors', 'plugins']
    .flatMap(name => foldersOf(join(here, name)))
    .map(folder => relative(here, folder))
  const sources = [
    ...folders.map(folder => {
      const entry = ENTRY.map(file => join(here, folder, file)).find(existsSync) ?? ''
      return { source: folder, specifier: pathToFileURL(entry).href, help: helpOf(options.sources, folder) }
    }),
    ...(options.packages ?? []).map(name => ({ source: name, specifier: name, help: Promise.resolve('') })),
  ]
  for (const { source, specifier, help } of sources) {
    const started = performance.now()
    const known = { flows: shelf.flows.size, connectors: shelf.connectors.size }
    try {
      const what = await loadModule(shelf, specifier, await help)
      report.push({
        source,
        what,
        ms: performance.now() - started,
        flows: [...shelf.flows.keys()].slice(known.flows),
        connectors: [...shelf.connectors.keys()].slice(known.connectors),
      })
    } catch (cause) {
      throw new LoadError(
        `« ${source} » ne peut pas être chargé : ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      )
    }
  }
  return {
    ...shelf,
    flows: [...shelf.flows.values()],
    viewers: [...shelf.viewers.values()],
    checks: [...shelf.checks.values()],
    importers: [...shelf.importers.values()],
    report,
  }
}
