import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkFlow, type AnyStep } from '#core'
import { HUB_PASSWORD, loadPlugins, startWholeHub } from '#core/conformance'
import { fakeTown, fileNamed, testHub } from '#core/testing'
import { namesOf } from '../../names.ts'
import { lineOf } from '../studio/format.ts'
import { definitionImporter } from './index.ts'
import { RULE_KEYS } from '../rules/rules.ts'
import { LOST_OF_FIELDS, READ_OF_FIELDS, WITHOUT_EFFECT } from './fields.ts'
import { importDefinition } from './import.ts'
import { READ_OF_ACTIONS, TOLD_OF_ACTIONS } from './keys.ts'
import { KEYS } from './read.ts'

let steps: ReadonlyMap<string, AnyStep>
let courrier: string
let commande: string
const fixture = (name: string) => new URL(`./fixtures/${name}.yml`, import.meta.url)
beforeAll(async () => {
  steps = (await loadPlugins({ sources: fileURLToPath(new URL('../../../../', import.meta.url)) })).steps
  courrier = await readFile(fixture('courrier-a-signer'), 'utf8')
  commande = await readFile(fixture('commande'), 'utf8')
})

const compiled = (text: string, id = 'courrier-a-signer') => {
  const { flow } = importDefinition(text, id, steps)
  const checked = checkFlow(flow, 1, steps, new Map())
  expect(checked.faults).toEqual([])
  if (!checked.compiled) throw new Error('not compiled')
  return checked.compiled
}
const VALUES = {
  libelle: 'Réponse à M. Roux',
  document: fileNamed('reponse.pdf'),
  'signature.circuit': { value: 'courriers', label: 'Courriers' },
}
const town = (text = courrier, id?: string) => {
  const { capabilities, parapheur, ged } = fakeTown()
  const all = [...steps.values()].map(definition => ({ definition }))
  return { hub: testHub({ stored: compiled(text, id).stored }, all, capabilities), parapheur, ged }
}

describe('un module écrit à la main', () => {
  test('donne un flux qui se publie, ses étapes dans l’ordre des règles', () => {
    const flow = compiled(courrier)
    expect(flow.steps.map(step => [step.alias, step.definition.id])).toEqual([
      ['prevenir', 'actionACote'],
      ['signature', 'signature'],
      ['enregistrer', 'actionManuelle'],
      ['ged', 'ged'],
    ])
    expect(flow.steps[3]).toMatchObject({ when: { field: 'envoi_ged', is: true } })
    expect(flow.stored).toMatchObject({ label: 'Courrier à faire signer', maxBytes: 150_000_000 })
  })

  test('garde les noms publics et les libellés que le module avait choisis', () => {
    const flow = compiled(courrier)
    const names = namesOf(flow)
    expect(names.state('signature.aEnvoyer')).toBe('prepare-iparapheur')
    expect(names.state('ged.aDeposer')).toBe('prepare-ged')
    expect(names.state('ged.erreur')).toBe('error-ged')
    expect(names.state('enregistrer.faite')).toBe('enregistrer')
    expect(names.field('bordereau')?.field.name).toBe('signature.bordereau')
    expect(names.field('iparapheur_sous_type')?.field.name).toBe('signature.circuit')
    expect(flow.states['signature.envoye']?.label).toBe('Parti à la signature')
    expect(flow.tasks['signature.envoyer']?.label).toBe('Faire signer')
    expect(flow.tasks['enregistrer.faire']?.label).toBe('Enregistrer au registre')
  })

  test('garde ce que chaque champ dit de lui', () => {
    expect(importDefinition(courrier, 'courrier', steps).flow.fields).toMatchObject({
      libelle: { kind: 'text', options: { required: true, title: true, page: 'Courrier' } },
      reference: {
        options: {
          pattern: { regex: '^[0-9A-Z_]{1,15}$' },
          help: 'Celle du registre.',
          index: true,
          pastell: 'reference',
        },
      },
      nature: { kind: 'choice', choices: { d: 'Délibération', a: 'Arrêté' }, options: { default: 'a' } },
      sujets: { choices: { '0': 'Voirie', '1': 'École' } },
      envoye_le: { kind: 'date', options: { default: 'now' } },
      prevu_le: { kind: 'date', options: { default: '-30days' } },
      urgent: { options: { help: expect.stringContaining('Chez Pastell') as unknown } },
      code2: { options: { equals: { field: 'code', message: 'Les deux codes diffèrent.' } } },
      document: { kind: 'file', options: { accept: ['application/pdf'], maxBytes: 128_000_000 } },
      autre_document_attache: { kind: 'files' },
      en_copie: { kind: 'mailList' },
      envoi_ged: { kind: 'flag', options: { default: true } },
      delai: {
        options: {
          required: true,
          when: {
            all: [
              { field: 'urgent', is: true },
              { field: 'nature', is: 'd' },
            ],
          },
        },
      },
      numero_registre: { options: { computed: true } },
    })
  })

  test('dit ce que devient chaque chose du fichier', () => {
    expect(importDefinition(courrier, 'courrier-a-signer', steps).remarks.map(lineOf)).toMatchSnapshot()
  })
})

describe('un document du flux importé', () => {
  test('va au bout : signé, enregistré par un agent, versé', async () => {
    const { hub, parapheur, ged } = town()
    const document = await hub.create({ ...VALUES, envoi_ged: true })
    await document.submit()
    expect(document.state).toBe('signature.envoye')
    parapheur.sign()
    await hub.advance('1 min')
    expect(document.state).toBe('enregistrer.aFaire')
    expect(document.buttons['enregistrer.faire']).toBe(true)
    await document.ask('enregistrer.faire')
    expect(document.state).toBe('termine')
    expect(ged.deposits.size).toBe(1)
    expect(document.journal.join('\n')).toContain('EnregistrementCourrier')
  })

  test('attend à l’action de l’agent tant que la règle de Pastell n’est pas tenue', async () => {
    const { hub, parapheur } = town()
    const document = await hub.create({ ...VALUES, urgent: true, reference: 'A1' })
    await document.submit()
    parapheur.sign()
    await hub.advance('1 min')
    expect(document.buttons['enregistrer.faire']).not.toBe(true)
    await expect(document.ask('enregistrer.faire')).rejects.toThrow()
    await document.ask('enregistrer.passer')
    expect(document.state).toBe('termine')
  })

  test('n’attend pas une action que rien n’attend : offerte quand sa règle est tenue, une fois, sans rien déplacer', async () => {
    const { hub, parapheur } = town()
    const document = await hub.create({ ...VALUES, code: 'A', code2: 'B' })
    await expect(document.submit()).rejects.toThrow('Les deux codes diffèrent.')
    document.edit({ code2: 'A' })
    await document.submit()
    expect(document.state).toBe('signature.envoye')
    expect(document.buttons['prevenir.faire']).toBe(true)
    await document.ask('prevenir.faire')
    expect(document.state).toBe('signature.envoye')
    expect(document.buttons['prevenir.faire']).toContain('déjà passé')
    expect(document.journal.join('\n')).toContain('PrevenirElu')
    parapheur.sign()
    await hub.advance('1 min')
    expect(document.state).toBe('enregistrer.aFaire')
  })

  test('saute la GED quand sa case n’est pas cochée', async () => {
    const { hub, parapheur, ged } = town()
    const document = await hub.create({ ...VALUES, envoi_ged: false })
    await document.submit()
    parapheur.sign()
    await hub.advance('1 min')
    await document.ask('enregistrer.faire')
    expect(document.state).toBe('termine')
    expect(ged.deposits.size).toBe(0)
  })
})

describe('un module à la manière de commande-generique', () => {
  const VALUES = {
    libelle: 'Papier',
    commande: fileNamed('commande.pdf'),
    envoi_signature: true,
    envoi_mailsec: true,
    envoi_ged: true,
    'signature.circuit': { value: 'achats', label: 'Achats' },
  }

  test('ses programmes à lui deviennent des tâches d’agent, à leur place', () => {
    const flow = compiled(commande, 'commande-hier')
    expect(flow.steps.map(step => [step.alias, step.definition.id, step.when])).toEqual([
      ['signature', 'signature', { field: 'envoi_signature', is: true }],
      ['envoi_mail', 'actionManuelle', { field: 'envoi_mailsec', is: true }],
      ['mailsec_attente', 'actionManuelle', { field: 'envoi_mailsec', is: true }],
      ['ged', 'ged', { field: 'envoi_ged', is: true }],
      ['sae', 'sae', { field: 'envoi_sae', is: true }],
    ])
    expect(flow.steps[0]?.bindings).toMatchObject({ document: 'commande', annexes: 'autre_document_attache' })
    expect(namesOf(flow).state('sae.envoye')).toBe('send-sae')
    expect(importDefinition(commande, 'commande-hier', steps).remarks.map(lineOf)).toMatchSnapshot()
  })

  test('leurs règles sont évaluées sur le document, pièges compris', async () => {
    const { hub, parapheur, ged } = town(commande, 'commande-hier')
    const document = await hub.create(VALUES)
    await document.submit()
    parapheur.sign()
    await hub.advance('1 min')
    expect(document.state).toBe('envoi_mail.aFaire')
    // « last-action: recu-iparapheur » holds: waiting for a person is no state of Pastell.
    await document.ask('envoi_mail.faire')
    expect(document.state).toBe('mailsec_attente.aFaire')
    await document.ask('mailsec_attente.faire')
    expect([document.state, ged.deposits.size]).toEqual(['termine', 1])
  })

  test('sans signature, le courriel part du brouillon', async () => {
    const { hub } = town(commande, 'commande-hier')
    const document = await hub.create({ ...VALUES, envoi_signature: false })
    await document.submit()
    expect(document.buttons['envoi_mail.faire']).toBe(true)
  })
})

test('la commande publie le flux, et refuse de le faire deux fois', async () => {
  await using hub = await startWholeHub()
  const { services } = hub.hub.cradle
  const path = fileURLToPath(fixture('courrier-a-signer'))
  const tried = await definitionImporter.run([path, '--essai'], services)
  expect(tried.at(-1)).toContain('rien n’est écrit')
  const send = (login: string, mode: string) =>
    fetch(`${hub.origin}/api/v3/studio/import-pastell-definition`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${login}:${HUB_PASSWORD}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ text: courrier, id: 'courrier-a-signer', mode }),
    })
  expect((await send('agent', 'essai')).status).toBe(403)
  const answer = await send('admin', 'essai')
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ mode: 'essai', faults: [] })])
  expect(await services.studio.list()).toEqual([])

  const lines = await definitionImporter.run([path, '--publier'], services)
  expect(lines.at(-1)).toBe('Le flux « Courrier à faire signer » (courrier-a-signer) est publié.')
  expect(services.flows.current('courrier-a-signer')?.tasks['enregistrer.faire']?.label).toBe('Enregistrer au registre')
  expect(await (await send('admin', 'essai')).json()).toMatchObject({ faults: [{ at: '/id' }] })
  await expect(definitionImporter.run([path], services)).rejects.toMatchObject({
    detail: expect.stringContaining('courrier-a-signer') as unknown,
  })
})

test('la page de l’import dit ce que devient chaque clé du format', async () => {
  const page = await readFile(new URL('./README.md', import.meta.url), 'utf8')
  const keys = [
    ...KEYS,
    ...READ_OF_FIELDS,
    ...WITHOUT_EFFECT,
    ...Object.keys(LOST_OF_FIELDS),
    ...READ_OF_ACTIONS,
    ...Object.keys(TOLD_OF_ACTIONS),
    ...RULE_KEYS,
  ]
  expect(keys.filter(key => !page.includes(`\`${key}\``))).toEqual([])
})

test('un fichier qui n’est pas une définition est refusé avec une phrase', () => {
  expect(() => importDefinition('a: [', 'x', steps)).toThrow()
  expect(() => importDefinition('nom: seul', 'x', steps)).toThrow()
})
