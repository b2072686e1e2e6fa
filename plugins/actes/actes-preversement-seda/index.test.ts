import { describe, expect, test } from 'vitest'
import { ACTES_NAMESPACE, transmissionMessage, type FileRef, type PieceType } from '#core'
import { demanded, fakeTown, testHub, typesChecked } from '#core/testing'
import { preversementActes } from '../../steps/preversement-actes/index.ts'
import flow from './index.ts'

const NAMES = ['99_DE-034-213400000-20240110-D2024-01-DE-1-1_1.pdf', 'plan.pdf'] as const
const ACTE = {
  date: '2024-01-10',
  numero: 'd2024-01',
  nature: '1',
  classification: '1.1.2',
  objet: 'Bail du marché couvert',
  papier: false,
} as const
const AR = `<?xml version="1.0" encoding="ISO-8859-1"?>
<actes:ARActe xmlns:actes="${ACTES_NAMESPACE}" actes:DateReception="2024-01-10" actes:IDActe="034-213400000-20240110-D2024_01-DE"/>`

const town = async ({
  enveloppe = transmissionMessage(ACTE, { names: NAMES, version: '2023-05-01' }),
  files = NAMES,
  ar = AR,
  tdt = true,
}: {
  enveloppe?: Uint8Array | string
  files?: readonly string[]
  ar?: string
  tdt?: boolean
} = {}) => {
  const { capabilities } = fakeTown()
  const hub = testHub(flow, [preversementActes], tdt ? { tdtActes: capabilities.tdtActes } : {})
  const saved = (content: Uint8Array | string, name: string) => hub.ports.files.save(content, name)
  const documents = await Promise.all(files.map(name => saved(`%PDF-1.4 ${name}`, name)))
  const document = await hub.create({
    titre: 'Reprise 2024',
    enveloppe: await saved(enveloppe, 'enveloppe.xml'),
    documents,
    ar: await saved(ar, 'ar.xml'),
  })
  await document.submit()
  return { hub, document, documents }
}

describe('le préversement', () => {
  test('crée un acte à archiver avec ce que dit l’enveloppe, et s’y lie', async () => {
    const { hub, document, documents } = await town()
    expect(document.state).toBe('termine')
    expect(document.data['preversementActes.numero']).toBe('D2024_01')
    expect(hub.created).toHaveLength(1)
    expect(hub.created[0]).toMatchObject({
      flow: 'actes-automatique',
      then: { whenValid: 'envoyer' },
      link: { there: 'Acte à archiver', here: 'Préversement' },
      values: {
        objet: ACTE.objet,
        acte_nature: '1',
        numero_de_lacte: 'D2024_01',
        date_de_lacte: '2024-01-10',
        classification: '1.1.2',
        arrete: documents[0],
        autre_document_attache: [documents[1]],
        envoi_sae: true,
      },
    })
    expect((hub.created[0]?.values['aractes'] as FileRef).name).toBe('ar.xml')
  })

  const types = async (given: Parameters<typeof town>[0]) => {
    const { hub } = await town(given)
    return (hub.created[0]?.values['type_piece'] as readonly PieceType[]).map(({ value, label }) => [value, label])
  }

  test('le type d’une pièce vient de son nom officiel, sinon de la nature d’après le TdT', async () => {
    expect(await types({})).toEqual([
      ['99_DE', 'Délibération (99_DE)'],
      ['99_DE', 'Délibération (99_DE)'],
    ])
  })

  test('sans TdT, une pièce sans type dans son nom est « autre »', async () => {
    expect(await types({ tdt: false })).toEqual([
      ['99_DE', '99_DE'],
      ['99_AU', '99_AU'],
    ])
  })
})

describe('ce qui manque est nommé, et se complète après « Rouvrir »', () => {
  const without = (what: RegExp) =>
    Buffer.from(
      transmissionMessage(ACTE, { names: NAMES, version: '2023-05-01' }).toString('latin1').replace(what, ''),
      'latin1',
    )

  test.each([
    ['un fichier', { files: NAMES.slice(0, 1) }, 'des fichiers qui ne sont pas là : plan.pdf'],
    ['le numéro', { enveloppe: without(/ actes:NumeroInterne="[^"]*"/u) }, 'le numéro (NumeroInterne)'],
    [
      'l’objet et la nature',
      { enveloppe: without(/ actes:CodeNatureActe="1"|<actes:Objet>.*<\/actes:Objet>/gu) },
      "la nature (CodeNatureActe), l'objet (Objet)",
    ],
    ['la matière', { enveloppe: without(/<actes:CodeMatiere\d[^>]*>/gu) }, 'la matière (CodeMatiere1)'],
    ['l’enveloppe', { enveloppe: AR }, "n'est pas une enveloppe métier"],
    ['une enveloppe lisible', { enveloppe: 'bonjour' }, "n'est pas une enveloppe métier"],
    ['l’accusé', { ar: '<autre/>' }, "n'est pas un accusé de réception"],
  ])('%s', async (_quoi, given, sentence) => {
    const { hub, document } = await town(given)
    expect(document.state).toBe('preversementActes.incomplet')
    expect(document.message).toContain(sentence)
    expect(hub.created).toEqual([])
    await document.ask('rouvrir')
    expect(document.state).toBe('brouillon')
  })
})

test('un acte créé mais refusé par son formulaire est dit, et se vérifie une fois complété', async () => {
  const { hub, document } = await town({ ar: '<autre/>' })
  hub.createdProblems.push("« Acte » est de type PNG d'après son contenu.")
  await document.ask('rouvrir')
  expect(document.edit({ ar: await hub.ports.files.save(AR, 'ar.xml') })).toEqual([])
  await document.submit()
  expect(document.state).toBe('preversementActes.invalide')
  expect(document.message).toContain('Complétez-le et envoyez-le')
  hub.createdProblems.length = 0
  await document.ask('preversementActes.reprendre')
  expect([document.state, hub.created.length]).toEqual(['termine', 1])
})

test('une enveloppe démesurée est une erreur, qui se réessaie', async () => {
  const { document } = await town({ enveloppe: Buffer.alloc(2_000_001, '<') })
  expect(document.state).toBe('preversementActes.erreur')
  expect(document.buttons['preversementActes.creer']).toBe(true)
  await document.ask('preversementActes.creer')
  expect(document.state).toBe('preversementActes.erreur')
})

test('ce que le formulaire exige, et les fichiers dont il vérifie le type', async () => {
  const { hub, document } = await town()
  const { titre, enveloppe, documents, ar } = document.data
  const complete = { titre, enveloppe, documents, ar }
  expect(document.current.title).toBe('Reprise 2024')
  expect(await demanded(hub, complete)).toEqual(['enveloppe', 'documents', 'ar'])
  expect(await typesChecked(hub, complete)).toEqual(['enveloppe', 'ar'])
})
