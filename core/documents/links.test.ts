import { expect, test } from 'vitest'
import { TemporaryError } from '../authoring/errors.ts'
import { file, text } from '../authoring/fields.ts'
import { defineFlow } from '../authoring/flows.ts'
import { defineStep } from '../authoring/steps.ts'
import type { TdtActes } from '../contracts/index.ts'
import { compileFlow } from '../engine/compile.ts'
import { fakeTdtActes, fileNamed } from '../testing/fakes.ts'
import { testHub } from '../testing/test-hub.ts'
import { createLinks } from './links.ts'

const LINK = 'envoi.confirmer'

const envoi = defineStep({
  id: 'envoi',
  label: 'Envoi',
  needs: 'tdtActes',
  inputs: { acte: file('Acte', { required: true }) },
  fields: { numero: text('Numéro', { computed: true }) },
  initial: 'aEnvoyer',
  states: {
    aEnvoyer: { label: 'À envoyer' },
    aConfirmer: { label: 'À confirmer' },
    fait: { label: 'Fait', ends: 'next' },
  },
  tasks: {
    envoyer: {
      label: 'Envoyer',
      from: 'aEnvoyer',
      to: 'aConfirmer',
      run: async (_, goto) => goto('aConfirmer', { numero: '42' }),
    },
    finir: { label: 'Finir', from: 'aConfirmer', to: 'fait', trigger: 'agent', run: async (_, goto) => goto('fait') },
  },
  links: {
    confirmer: {
      label: 'Confirmer chez le TdT',
      from: 'aConfirmer',
      can: 'teletransmettre',
      open: async ({ data, connector }, returnTo) => connector.confirmationUrl?.([data.numero ?? ''], returnTo),
    },
  },
})

const flow = defineFlow({
  id: 'essai',
  version: 1,
  label: 'Essai',
  family: 'essais',
  fields: { acte: file('Acte', { required: true }) },
  steps: fields => [envoi(fields)],
})

const waiting = async (confirmationUrl?: TdtActes['confirmationUrl']) => {
  const { tdtActes } = fakeTdtActes()
  const capability = confirmationUrl ? { ...tdtActes, confirmationUrl } : tdtActes
  const hub = testHub(flow, [envoi], { tdtActes: capability })
  const document = await hub.create({ acte: fileNamed('acte.pdf') })
  await document.submit()
  const links = createLinks({
    documents: { get: async () => document.current, flowOf: () => hub.flow },
    store: hub.ports.documents,
    instances: hub.ports.instances,
    clock: hub.clock,
  })
  const open = (more: object = {}) =>
    links.open({
      entityId: '1',
      documentId: document.id,
      by: 'agent',
      version: document.current.version,
      link: LINK,
      may: () => true,
      returnTo: 'https://passeur.ville.fr/entites/1/documents/d',
      ...more,
    })
  return { hub, document, open }
}

test('l’adresse est faite à chaque clic, et n’est gardée nulle part', async () => {
  const asked: unknown[] = []
  const { document, open } = await waiting(async (ids, returnTo) => {
    asked.push([ids, returnTo])
    return `https://tdt.test/confirmer?nounce=bon-pour-une-visite-${asked.length}`
  })
  expect(document.buttons[LINK]).toBe(true)
  expect(await open()).toBe('https://tdt.test/confirmer?nounce=bon-pour-une-visite-1')
  expect(await open()).toBe('https://tdt.test/confirmer?nounce=bon-pour-une-visite-2')
  expect(asked[0]).toEqual([['42'], 'https://passeur.ville.fr/entites/1/documents/d'])
  expect(document.journal.filter(line => line === 'Page ouverte : Confirmer chez le TdT')).toHaveLength(2)
  expect(JSON.stringify([document.current, document.journal])).not.toContain('bon-pour-une-visite')
  expect(document.state).toBe('envoi.aConfirmer')
})

test('elle se refuse comme une action : état, droit, version, page inconnue', async () => {
  const { document, open } = await waiting(async () => 'https://tdt.test/')
  await expect(open({ may: () => false })).rejects.toMatchObject({ code: 'droit_insuffisant' })
  await expect(open({ version: 1 })).rejects.toMatchObject({ code: 'document_deja_modifie' })
  await expect(open({ link: 'envoi.envoyer' })).rejects.toMatchObject({ code: 'action_refusee' })
  await document.ask('envoi.finir')
  expect(document.buttons[LINK]).toBeUndefined()
  await expect(open()).rejects.toMatchObject({
    code: 'action_refusee',
    detail: expect.stringContaining('état') as string,
  })
  expect(document.journal.join()).not.toContain('Page ouverte')
})

test('un service sans cette page, en panne, ou qui donne autre chose qu’une adresse web le dit', async () => {
  await expect((await waiting()).open()).rejects.toMatchObject({ code: 'action_refusee' })
  const strange = await waiting(async () => 'javascript:alert(1)')
  await expect(strange.open()).rejects.toMatchObject({ code: 'action_refusee' })
  const down = await waiting(async () => {
    throw new TemporaryError('Le TdT ne répond pas.')
  })
  await expect(down.open()).rejects.toMatchObject({
    code: 'service_distant_indisponible',
    detail: 'Le TdT ne répond pas.',
  })
})

test('un connecteur suspendu ou absent se dit', async () => {
  const { hub, open } = await waiting(async () => 'https://tdt.test/')
  hub.instances.set('tdtActes', { id: 'tdtActes', label: 'TdT', suspended: 'certificat expiré' })
  await expect(open()).rejects.toMatchObject({ code: 'conflit', detail: '« TdT » est suspendu : certificat expiré' })
  hub.instances.delete('tdtActes')
  await expect(open()).rejects.toMatchObject({ code: 'conflit' })
})

test('une page et une tâche ne portent pas le même nom, et une page part d’un état qui existe', () => {
  const [confirmer] = Object.values(envoi.definition.links ?? {})
  const wrong = {
    ...envoi.definition,
    links: { envoyer: { ...confirmer, from: 'ailleurs' } },
  } as typeof envoi.definition
  expect(() => compileFlow(flow.stored, new Map([['envoi', wrong]]))).toThrow(
    /à la fois une tâche et une page[\s\S]*« ailleurs », qui n'existe pas/u,
  )
})
