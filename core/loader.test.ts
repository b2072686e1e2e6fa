import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { FieldSpec } from './authoring/fields.ts'
import { bearersOf } from './authoring/shared-names.ts'
import type { CompiledFlow } from './engine/model.ts'
import { createFlowRegistry } from './flows/registry.ts'
import { withDrawing } from './flows/drawing-page.ts'
import { deadEnds, labelFaults, losses, misnamed, unexplained, unreachable } from './flows/rules-of-life.ts'
import { load } from './loader.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const loaded = await load({ sources: root })
const registry = createFlowRegistry(loaded.flows, loaded.steps)
const folderOf = (what: string) =>
  join(root, loaded.report.find(each => each.what.split(', ').includes(what))?.source ?? 'absent')
const folderOfFlow = (id: string) => join(root, loaded.report.find(each => each.flows.includes(id))?.source ?? 'absent')

/** The names that open documents hold on to. */
const shapeOf = ({ fields, states, tasks }: CompiledFlow) => ({
  fields: Object.values(fields)
    .map(field => `${field.name} ${field.kind}`)
    .toSorted(),
  states: Object.keys(states).toSorted(),
  tasks: Object.keys(tasks).toSorted(),
})

/** What every flow, step and connector owes: one loop over what the folders hold, so that a new one is covered by being there. */
describe.each(registry.list().map(flow => [flow.id, flow] as const))('le flux %s', (id, flow) => {
  test('a une page pour les agents et un test', () => {
    const folder = folderOfFlow(id)
    expect(existsSync(join(folder, 'README.md'))).toBe(true)
    expect(existsSync(join(folder, 'index.test.ts'))).toBe(true)
  })

  test('a un libellé français pour chaque état, tâche et champ', () => expect(labelFaults(flow)).toEqual([]))

  test('mène à chacun de ses états', () => expect(unreachable(flow)).toEqual([]))

  test('laisse toujours une issue à une personne, et reprend chaque échec', () => expect(deadEnds(flow)).toEqual([]))

  test('explique chaque erreur, chaque doute et chaque refus', () => expect(unexplained(flow)).toEqual([]))

  test('ne nomme dans ses explications que les boutons et les champs qui sont là', () =>
    expect(misnamed(flow)).toEqual([]))

  test('ne laisse pas supprimer un document dont un partenaire peut encore répondre', () =>
    expect(losses(flow)).toEqual([]))

  test('ne donne pas deux fois le même nom Pastell à un champ', () => {
    // Two states may share one: Pastell does not tell every moment from the next. A field given by hand may share that of what a step computes.
    const names = Object.entries(flow.fields).flatMap(([full, { options }]) =>
      options.pastell ? [[full, options.pastell] as const] : [],
    )
    expect(names.filter(([full, name]) => !bearersOf(flow.fields, name).includes(full))).toEqual([])
    // A full name comes before a public one: it would hide the other fields that share it.
    const hidden = names.filter(([, name]) => bearersOf(flow.fields, name).length > 1 && name in flow.fields)
    expect(hidden).toEqual([])
  })

  test('a son dessin dans sa page', async () => {
    // A form has no way to go.
    if (flow.stored.companion) return
    const page = join(folderOfFlow(id), 'README.md')
    const remedy = `npm test -- core/loader.test.ts -u -t "le flux ${id}", puis commettez ${page}`
    await expect(withDrawing(readFileSync(page, 'utf8'), flow), remedy).toMatchFileSnapshot(page)
  })

  test('ne perd ni champ, ni état, ni tâche sans changer de version', async () => {
    const file = join(folderOfFlow(id), `shape.v${flow.version}.json`)
    const shape = shapeOf(flow)
    const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as typeof shape) : shape
    const lost = Object.entries(kept).flatMap(([kind, names]) =>
      names.filter(name => !shape[kind as keyof typeof shape].includes(name)),
    )
    const remedy = `augmentez « version » et donnez « upgrade » (si le flux n'a jamais servi, effacez ${basename(file)})`
    expect(lost, `Disparu de ${id} v${flow.version} : ${remedy}`).toEqual([])
    const added = `${id} a changé : npm test -- core/loader.test.ts -u, puis commettez ${basename(file)}`
    await expect(`${JSON.stringify(shape, null, 2)}\n`, added).toMatchFileSnapshot(file)
  })
})

describe.each([...loaded.steps])("l'étape %s", (id, step) => {
  test("a une page d'aide", () => expect(existsSync(join(folderOf(`étape ${id}`), 'README.md'))).toBe(true))

  test('a un libellé français pour chaque champ', () => {
    const labels = Object.values({ ...step.fields, ...step.inputs }).map(field => field.label)
    expect(labels.filter(label => !/^\p{Lu}/u.test(label))).toEqual([])
  })
})

describe.each([...loaded.connectors])('le connecteur %s', (id, { definition, help }) => {
  test("a une page d'aide, un test et un client qui ne parle qu'à #core", () => {
    const folder = folderOf(`connecteur ${id}`)
    expect(help.length, `README.md de ${id}, en caractères : c'est la page d'aide`).toBeGreaterThan(500)
    expect(existsSync(join(folder, 'index.test.ts'))).toBe(true)
    const imports = readdirSync(folder)
      .filter(file => file.endsWith('.ts'))
      .flatMap(file =>
        [...readFileSync(join(folder, file), 'utf8').matchAll(/from '(\.\.\/[^']+)'/gu)].map(match => match[1]),
      )
    expect(imports).toEqual([])
  })

  test('a un libellé pour chaque réglage, et garde secrets les secrets', () => {
    for (const [name, field] of Object.entries(definition.config as Record<string, FieldSpec>)) {
      expect(field.label).toMatch(/^\p{Lu}/u)
      if (/password|mot_?de_?passe|passphrase|secret|token|jeton/iu.test(name))
        expect(['secret', 'secretFile', 'choice', 'flag']).toContain(field.kind)
    }
  })

  test('offre une famille, ou travaille à ses heures', () =>
    expect(definition.provides.length + Object.keys(definition.schedules ?? {}).length).toBeGreaterThan(0))
})

test('un dossier qui ne se charge pas arrête le démarrage, avec son nom et la raison', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-'))
  await mkdir(join(folder, 'node_modules', 'passeur-casse'), { recursive: true })
  await writeFile(join(folder, 'casse.mjs'), 'export const rien = 1\n')
  await expect(load({ sources: root, packages: [join(folder, 'casse.mjs')] })).rejects.toThrow(
    /casse\.mjs » ne peut pas être chargé : le module n'exporte/u,
  )
  await expect(load({ sources: root, packages: ['passeur-extension-absente'] })).rejects.toThrow(
    /« passeur-extension-absente » ne peut pas être chargé/u,
  )
})
