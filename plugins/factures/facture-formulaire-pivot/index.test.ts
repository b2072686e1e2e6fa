import { Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { readPivot, type FileRef } from '#core'
import { demanded, samplePivot, temporaryFiles, testHub } from '#core/testing'
import { creationFacture } from '../../steps/creation-facture/index.ts'
import formulaire from './index.ts'

const cleanups: (() => PromiseLike<void>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
})

const complete = {
  siret: '21340172201787',
  codeService: 'COMPTA',
  numeroEngagement: 'BC-1',
  fournisseur: '00000000000018',
  fournisseurNom: 'Papeterie <& fils>',
  numero: 'P-1',
  date: '2026-01-10',
  montantHt: '100',
  montantTtc: '120,00',
  montantNet: '120.00',
}

const town = async (values: Readonly<Record<string, unknown>> = {}, settings?: Readonly<Record<string, unknown>>) => {
  const files = await temporaryFiles()
  cleanups.push(() => files[Symbol.asyncDispose]())
  const hub = testHub(formulaire, [creationFacture], settings ? { reglages: { lire: async () => settings } } : {}, {
    files,
  })
  const facture = await files.save('%PDF-1.7 papier', 'papier.pdf')
  const annexes = [await files.save('bon', 'bon.txt')]
  const lignes = await files.save('Ramettes;10;10;100;20\n', 'lignes.csv')
  const document = await hub.create({ ...complete, facture, annexes, lignes, ...values })
  return { hub, document, files }
}

describe('une facture saisie', () => {
  test('donne un pivot que la réception relit, et une facture qui le suit', async () => {
    const { hub, document, files } = await town()
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('termine')
    const [created, ...others] = hub.created
    expect(others).toEqual([])
    expect(created).toMatchObject({
      flow: 'facture-cpp',
      values: { origine: 'PIVOT', surPortail: false, numero: 'P-1' },
    })
    const [unit] = await readPivot(files, created?.values['pivot'] as FileRef)
    expect(unit?.values).toMatchObject({
      no_facture: 'P-1',
      fournisseur_raison_sociale: 'Papeterie <& fils>',
      siret: '21340172201787',
      montant_ttc: '120.00',
      facture_numero_engagement: 'BC-1',
      facture_mode_paiement_code: '30',
    })
    expect(unit?.pieces.map(({ type, file }) => [type, file.name])).toEqual([
      ['01', 'FAC-papier.pdf'],
      ['02', 'PJ01-bon.txt'],
    ])
  })

  test('prend des réglages ce que l’agent laisse vide, et rien de ce qu’il a saisi', async () => {
    const settings = { siret: '99999999999999', devise: 'CHF', destinataire: '164' }
    const { hub, document, files } = await town({ siret: undefined }, settings)
    await document.submit()
    await hub.settleDown()
    const [unit] = await readPivot(files, hub.created[0]?.values['pivot'] as FileRef)
    expect(unit?.values).toMatchObject({ siret: '99999999999999', facture_devise: 'CHF' })
    expect(hub.created[0]?.values['destinataire']).toBe('164')
  })
})

describe('un pivot repris', () => {
  const pivotOf = async (content: string) =>
    formulaire.extract?.['source']?.(Readable.from([Buffer.from(content)]), { name: 'p.xml', size: content.length })

  test('remplit le formulaire, y compris ce qui a une valeur habituelle', async () => {
    const avoir = samplePivot('A-1').replace('<Type>380<', '<Type>381<')
    expect(await pivotOf(avoir)).toMatchObject({
      numero: 'A-1',
      type: '381',
      fournisseurNom: 'Papeterie de la Forêt',
      montantHt: '100.00',
      date: '2026-01-10',
    })
  })

  test('qui n’en est pas un est refusé par une phrase', async () => {
    await expect(pivotOf('<Autre/>')).rejects.toMatchObject({
      detail: expect.stringContaining('pas un pivot de facture utilisable') as string,
    })
  })

  test('donne ses pièces à la facture créée, sauf celles que l’agent a déposées', async () => {
    const { hub, document, files } = await town({ facture: undefined, annexes: [] })
    document.edit({ source: await files.save(samplePivot('P-1'), 'ancien.xml') })
    await document.submit()
    await hub.settleDown()
    const [unit] = await readPivot(files, hub.created[0]?.values['pivot'] as FileRef)
    expect(unit?.pieces.map(({ type, file }) => [type, file.name])).toEqual([
      ['01', 'FAC-P-1.pdf'],
      ['02', 'PJ01-bon.txt'],
    ])
  })
})

describe('une erreur de saisie', () => {
  test('se lit, se corrige et ne crée qu’une facture', async () => {
    const { hub, document } = await town({ montantTtc: 'cent vingt' })
    await document.submit()
    await hub.settleDown()
    expect(document.state).toBe('creation.erreur')
    expect(document.message).toContain("« Montant TTC » (cent vingt) n'est pas un montant")
    expect(hub.created).toEqual([])
    expect(document.buttons['creation.creer']).toBe(true)
  })

  test.each([
    ['sans SIRET ni réglage', { siret: undefined }, 'Le SIRET du destinataire manque'],
    ['sans facture ni pivot à reprendre', { facture: undefined }, 'La facture (PDF) manque'],
    ['un numéro trop long', { numero: 'F'.repeat(21) }, 'le maximum est 20'],
  ])('%s', async (_cas, values, sentence) => {
    const { hub, document } = await town(values)
    const failure = await document.submit().then(
      () => '',
      (error: Error) => error.message,
    )
    await hub.settleDown()
    expect(hub.created).toEqual([])
    expect(`${failure} ${document.message}`).toContain(sentence)
  })

  test('dans une ligne du CSV, elle est nommée', async () => {
    const { hub, document, files } = await town()
    document.edit({ lignes: await files.save('Ramettes;dix;10;100;20\n', 'lignes.csv') })
    await document.submit()
    await hub.settleDown()
    expect(document.message).toContain('Ligne 1 de « lignes.csv »')
  })
})

test('ce que le formulaire exige', async () => {
  const { hub, document } = await town()
  expect(document.current.title).toBe(complete.numero)
  expect(await demanded(hub, complete)).toEqual([
    'fournisseur',
    'fournisseurNom',
    'numero',
    'date',
    'montantHt',
    'montantTtc',
    'montantNet',
  ])
})
