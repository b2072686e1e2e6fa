import { beforeAll, describe, expect, test } from 'vitest'
import { fileURLToPath } from 'node:url'
import { checkFlow, type AnyStep } from '#core'
import { loadPlugins } from '#core/conformance'
import { catalogued } from '../../catalogue/catalogue.ts'
import { compare, KINDS } from '../../catalogue/compare.ts'
import { namesOf } from '../../names.ts'
import { STUDIO_TYPES, studioExport } from './fixtures.ts'
import { lineOf, type Json } from './format.ts'
import { importStudio } from './import.ts'

let steps: ReadonlyMap<string, AnyStep>
beforeAll(async () => {
  steps = (await loadPlugins({ sources: fileURLToPath(new URL('../../../../', import.meta.url)) })).steps
})

const read = (raw: Json) => importStudio({ id_type_dossier: 'essai', raw_data: { nom: 'Essai', ...raw } }, steps)
const compiled = (raw: Json) => {
  const { flow } = read(raw)
  const checked = checkFlow(flow, 1, steps, new Map())
  expect(checked.faults).toEqual([])
  if (!checked.compiled) throw new Error('not compiled')
  return checked.compiled
}

describe('les 26 types composés que Pastell livre', () => {
  test('sont tous là', () => expect(STUDIO_TYPES.length).toBe(26))

  test.each(STUDIO_TYPES)('%s se charge avec tous ses noms publics', id => {
    const { flow, remarks } = importStudio(studioExport(id), steps)
    const checked = checkFlow(flow, 1, steps, new Map())
    expect(checked.faults).toEqual([])
    const theirs = catalogued(id)
    if (!checked.compiled || !theirs) throw new Error(`${id} did not compile`)
    const { missing } = compare(checked.compiled, theirs)
    expect(Object.fromEntries(KINDS.map(kind => [kind, missing[kind]]))).toEqual(NOTHING)
    expect(remarks.map(lineOf)).toMatchSnapshot()
  })
})

const NOTHING = { champ: [], état: [], action: [] }

describe('une définition du studio', () => {
  const objet = { element_id: 'objet', name: 'Objet', type: 'text', titre: 'on', requis: true }
  const acte = { element_id: 'acte', name: 'Acte', type: 'file', content_type: 'application/pdf', requis: '1' }
  const signature = {
    type: 'signature',
    automatique: 'on',
    specific_type_info: { libelle_parapheur: 'objet', document_a_signer: 'acte', has_date_limite: 'on' },
  }

  test('donne un suffixe à ce que deux étapes du même type ont en commun', () => {
    const flow = compiled({
      formulaireElement: [objet, acte],
      etape: [signature, { ...signature, label: 'Visa du maire' }, { type: 'depot', automatique: '' }],
    })
    const names = namesOf(flow)
    const fields = names.fields.map(each => each.name)
    expect(fields).toEqual(expect.arrayContaining(['envoi_signature_1', 'envoi_signature_2', 'envoi_depot']))
    expect(fields).toEqual(expect.arrayContaining(['iparapheur_sous_type_1', 'iparapheur_sous_type_2']))
    expect(names.state('signature2.signe')).toBe('recu-iparapheur_2')
    expect(names.action('signature1.envoyer')).toBe('send-iparapheur_1')
    expect(flow.steps.map(step => step.label)).toEqual(['Signature #1', 'Visa du maire', 'Dépôt en GED'])
    // The second signs what the first gave back.
    expect(flow.steps[1]?.bindings['document']).toEqual({ firstOf: ['signature1.signe', 'acte'] })
  })

  test('garde ce que chaque champ dit de lui', () => {
    const { fields } = read({
      nom_onglet: 'Courrier',
      formulaireElement: [
        objet,
        {
          element_id: 'numero',
          type: 'text',
          preg_match: '#^[0-9A-Z\\_]{1,15}$#',
          preg_match_error: 'Quinze signes au plus.',
          commentaire: 'Celui du registre.',
          default_value: 'A1',
        },
        { element_id: 'le', type: 'date', default_value: '2020-01-01' },
        { element_id: 'nature', type: 'select', select_value: 'd:Délibération\r\na: Arrêté', default_value: 'a' },
        { element_id: 'sujets', type: 'select', select_value: 'Voirie\nÉcole' },
        { element_id: 'urgent', type: 'checkbox', default_value: 'on' },
        { element_id: '2annexes', type: 'multi_file' },
      ],
    }).flow
    expect(fields).toMatchObject({
      objet: { options: { required: true, title: true, page: 'Courrier', pastell: 'objet' } },
      numero: {
        options: {
          pattern: { regex: '^[0-9A-Z_]{1,15}$', message: 'Quinze signes au plus.' },
          help: 'Celui du registre.',
          default: 'A1',
        },
      },
      le: { options: { default: 'now' } },
      nature: { choices: { d: 'Délibération', a: 'Arrêté' }, options: { default: 'a' } },
      sujets: { choices: { '1': 'Voirie', '2': 'École' } },
      urgent: { options: { default: true } },
      champ_2annexes: { kind: 'files', options: { pastell: '2annexes' } },
    })
  })

  test('mène le document comme la case et le bouton le disaient', () => {
    const { flow } = read({
      formulaireElement: [objet, acte],
      etape: [
        { type: 'transformation', requis: 'on', automatique: 'on' },
        { ...signature, automatique: '', defaultChecked: 'on' },
        { type: 'depot', automatique: 'on' },
      ],
    })
    const [first, second, third] = flow.steps
    expect(first).not.toHaveProperty('when')
    expect(second).toMatchObject({ when: { field: 'envoiSignature', is: true }, manual: true })
    expect(third).toMatchObject({ when: { field: 'envoiGed', is: true } })
    expect(flow.fields).toMatchObject({
      envoiTransformation: { options: { computed: true, default: true, pastell: 'envoi_transformation' } },
      envoiSignature: { options: { default: true, page: 'Cheminement' } },
    })
  })

  test('laisse poursuivre après un refus, et reprend le fichier des données du bordereau', () => {
    const raw: Json = {
      formulaireElement: [objet, acte],
      etape: [
        { ...signature, specific_type_info: { ...signature.specific_type_info, continue_after_refusal: 'on' } },
        { type: 'sae', automatique: 'on', specific_type_info: { sae_has_metadata_in_json: 'on' } },
      ],
    }
    expect(
      read(raw)
        .remarks.map(lineOf)
        .filter(line => line.startsWith('non repris')),
    ).toEqual([])
    const flow = compiled(raw)
    expect(flow.states['signature.refuse']).toMatchObject({ ends: 'next', kind: 'over' })
    expect(namesOf(flow).fields.map(each => each.name)).toContain('sae_config')
    expect(flow.steps[1]?.bindings).toEqual({ valeurs: 'saeConfig' })
    expect(flow.fields['saeConfig']?.when).toEqual({ field: 'envoiSae', is: true })
  })

  test('dit tout ce qui ne peut pas être repris, ligne à ligne', () => {
    const { remarks } = importStudio(
      {
        id_type_dossier: 'essai',
        surprise: 1,
        raw_data: {
          restriction_pack: 'pack_rh',
          affiche_one: true,
          formulaireElement: [
            objet,
            { element_id: 'code', type: 'password', couleur: 'rouge' },
            { element_id: 'sigle', type: 'text', preg_match: '/^a$/i', champs_affiches: 'on' },
            { element_id: 'casse', type: 'text', preg_match: '#(?<!a+$#' },
            { element_id: 'rang', type: 'select', select_value: '3:Trois\n1:Un' },
            { element_id: 'acte_nature', type: 'text' },
            { element_id: 'objet', type: 'text' },
          ],
          etape: [
            { ...signature, specific_type_info: { libelle_parapheur: 'absent', continue_after_refusal: 'on' } },
            { type: 'tdt_actes', automatique: 'on' },
            { type: 'televersement' },
            { type: 'transformation_fixe', specific_type_info: { transformations: 'sans deux points' } },
            { type: 'sae', specific_type_info: { sae_has_metadata_in_json: 'on' } },
          ],
        },
      },
      steps,
    )
    expect(remarks.map(lineOf)).toMatchSnapshot()
  })

  test('refuse, avec une phrase, ce qui n’est pas un export du studio', () => {
    expect(() => importStudio({ flux: 1 }, steps)).toThrow('champs sont à corriger')
    expect(() => importStudio([], steps)).toThrow()
    expect(() => importStudio({ raw_data: { nom: 'Sans nom' } }, steps)).toThrow()
  })
})
