import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CompiledFlow } from '#core'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { connectorNamed, familyOf } from '../connectors-names.ts'
import { namesOf } from '../names.ts'
import { catalogued, catalogueIds, machineActions } from './catalogue.ts'
import { pastellCheck } from './check.ts'
import { compare, KINDS } from './compare.ts'
import { connectorPage, CONNECTORS } from './connectors.ts'
import { DIFFERENCES } from './differences.ts'

/** Folder types whose flow is still to be written. This list only gets shorter. */
const NOT_YET: readonly string[] = []

const catalogue = catalogueIds().flatMap(id => catalogued(id) ?? [])

describe('le catalogue de Pastell', () => {
  test('compte 53 types de dossier : 39 traitements et 14 formulaires de destinataires', () => {
    expect(catalogue.length).toBe(53)
    expect(catalogue.filter(({ companion }) => !companion).length).toBe(39)
    expect(catalogue.filter(({ studio }) => studio).length).toBe(26)
    expect(catalogue.filter(({ studio, companion }) => studio && companion).length).toBe(9)
  })

  test.each(catalogue.map(flow => [flow.id, flow] as const))(
    '%s a les états et les actions de son total',
    (id, flow) => {
      expect(flow.id).toBe(id)
      expect({
        states: flow.actions.filter(({ state }) => state).length,
        actions: flow.actions.length,
      }).toEqual(flow.totals)
      for (const ids of [flow.fields.map(field => field.id), flow.actions.map(action => action.id)])
        expect(new Set(ids).size).toBe(ids.length)
      expect(flow.fields.length).toBeGreaterThan(0)
    },
  )

  test('ne nomme que des différences qui portent sur un nom de Pastell, avec leur raison', () => {
    for (const { kind, names, flows, why } of DIFFERENCES) {
      expect(why, names.join(', ')).toMatch(/^\p{Lu}.{20,}\.$/u)
      for (const name of names) {
        const holders = catalogue.filter(
          ({ id, fields, actions }) =>
            (flows === 'tous' || flows.includes(id)) &&
            (kind === 'champ' ? fields : actions).some(each => each.id === name),
        )
        expect(holders.length, `${kind} ${name}`).toBeGreaterThan(0)
      }
    }
  })
})

describe('les flux installés', () => {
  let hub: WholeHub
  let installed: readonly CompiledFlow[]
  beforeAll(async () => {
    hub = await startWholeHub()
    installed = hub.hub.cradle.flows.list()
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  const flowOf = (id: string) => installed.find(flow => namesOf(flow).flow === id)

  test('couvrent le catalogue, moins une liste qui doit se vider', () => {
    const absent = catalogueIds().filter(id => !flowOf(id))
    expect(
      absent.filter(id => !NOT_YET.includes(id)),
      'types de dossier sans flux',
    ).toEqual([])
    expect(
      NOT_YET.filter(id => !absent.includes(id)),
      'le flux est là : à retirer de NOT_YET',
    ).toEqual([])
  })

  test.each(catalogue.map(flow => [flow.id, flow] as const))('%s répond à tous les noms de Pastell', (id, theirs) => {
    const flow = flowOf(id)
    // A flow that is not there is the matter of the test above.
    if (!flow) return
    const { missing, needless } = compare(flow, theirs)
    for (const kind of KINDS) expect(missing[kind], `${kind} : ce qui manque à ${id}`).toEqual([])
    expect(needless, 'différences annoncées pour ce qui est là').toEqual([])
  })

  test('un nom qui disparaît se voit, sauf s’il est une différence voulue', () => {
    const [flow, theirs] = [flowOf('ls-actes'), catalogued('ls-actes')]
    if (!flow || !theirs) throw new Error('ls-actes is not installed')
    const { ['objet']: gone, ...fields } = flow.fields
    expect(gone).toBeDefined()
    const { missing } = compare({ ...flow, fields }, theirs)
    expect(missing).toEqual({ champ: ['objet'], état: [], action: [] })
    const why = 'Pour essayer : ce nom est laissé de côté.'
    const on = { kind: 'champ', names: ['objet'], flows: ['ls-actes'], why } as const
    expect(compare({ ...flow, fields }, theirs, [...DIFFERENCES, on]).missing.champ).toEqual([])
    expect(compare(flow, theirs, [...DIFFERENCES, on]).needless).toEqual([on])
  })

  test('« passeur flow check --pastell » dit ce qui manque, flux par flux, et si tout y est', () => {
    const without = installed.filter(flow => namesOf(flow).flow !== 'ls-actes')
    const { complete, lines } = pastellCheck.run(without, 'ls-actes')
    expect(complete).toBe(false)
    expect(lines).toContain('Types de dossier sans flux : ls-actes.')
    const one = pastellCheck.run(installed, 'ls-actes')
    expect(one.complete).toBe(true)
    expect(one.lines.join('\n')).toMatch(/^ls-actes +complet +0 \/ 0 \/ 0/mu)
    expect(one.lines.join('\n')).toContain('ls-actes : état « importation », différence voulue : ')
    expect(pastellCheck.run(installed, 'rien')).toMatchObject({
      complete: false,
      lines: [expect.stringMatching(/^Pastell n'a pas de type de dossier « rien »\./u)],
    })
  })

  test('chaque connecteur de Pastell a le sien, sous son nom et dans sa famille, ou la raison de son absence', async () => {
    const all = hub.hub.cradle.connectors.definitions()
    const carriers = new Map(
      CONNECTORS.flatMap(({ id }) => {
        const carrier = connectorNamed(all, id)
        return carrier ? [[id, carrier] as const] : []
      }),
    )
    expect(CONNECTORS.filter(({ id, elsewhere }) => carriers.has(id) === (elsewhere !== undefined))).toEqual([])
    for (const { id, family } of CONNECTORS) {
      const carrier = carriers.get(id)
      if (carrier) expect(familyOf(carrier), id).toBe(family)
    }
    expect(new Set(CONNECTORS.map(({ id }) => id)).size).toBe(CONNECTORS.length)
    const page = connectorPage(new Map([...carriers].map(([id, carrier]) => [id, carrier.id])))
    await expect(page).toMatchFileSnapshot('./CONNECTORS.md')
  })

  test('ce que Pastell garde pour lui est connu, et personne ne peut le demander', () => {
    expect(machineActions('ls-actes')).toContain('cheminement-change')
    expect(machineActions('ls-actes')).not.toContain('send-tdt')
    expect(machineActions('../names')).toEqual([])
  })
})
