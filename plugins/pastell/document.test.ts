import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { clientOf, type RawAnswer } from './testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
/** `/entite/<ville>/document` */
let documents: string

/** A remote that answered a moment ago: its lists are served without calling it. */
const listsOf = async (
  capability: string,
  slot: string,
  lists: Readonly<Record<string, readonly (readonly [string, string])[]>>,
) => {
  const { db } = hub.hub.cradle
  const now = new Date()
  const [instance] = await db('connector_instances')
    .insert({
      entityId: hub.town,
      connector: 's2low',
      connectorVersion: 1,
      label: slot,
      createdAt: now,
      updatedAt: now,
    })
    .returning<{ id: string }[]>('id')
  const instanceId = instance?.id ?? ''
  await db('associations').insert({ entityId: hub.town, flowId: 'ls-actes', slot, instanceId })
  for (const [call, choices] of Object.entries(lists)) {
    const [method = '', args = '{}'] = call.split(' ')
    await db('remote_choices').insert({
      instanceId,
      method: `${capability}.${method}`,
      arguments: args,
      choices: JSON.stringify(choices.map(([value, label]) => ({ value, label }))),
      fetchedAt: now,
    })
  }
}

beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
  documents = `/entite/${hub.town}/document`
  await listsOf('signature', 'signature:signature', {
    circuits: [
      ['Actes/Délibération', 'Actes / Délibération'],
      ['Actes/Arrêté', 'Actes / Arrêté'],
    ],
  })
  await listsOf('tdtActes', 'tdtActes:tdtActes', {
    classification: [
      ['1.1', '1.1 Marchés publics'],
      ['8.10', '8.10 Divers'],
    ],
    'typologies {"nature":"1"}': [
      ['99_DE', 'Délibération (99_DE)'],
      ['22_AT', 'Attestation (22_AT)'],
    ],
  })
})
afterAll(() => hub[Symbol.asyncDispose]())

interface Detail {
  readonly id_d: string
  readonly info: Readonly<Record<string, string>>
  readonly data: Readonly<Record<string, unknown>>
  readonly action_possible: readonly string[]
  readonly 'action-possible': readonly string[]
  readonly last_action: { readonly action: string; readonly message: string; readonly date: string }
}
interface Modified {
  readonly content: Detail
  readonly result: string
  readonly formulaire_ok: number
  readonly message: string
}

const refused = (message: string) => ({ status: 'error', 'error-message': message })
const born = async (): Promise<string> => {
  const { status, json } = await api('POST', documents, { body: 'type=ls-actes' })
  expect(status).toBe(201)
  return (json as Detail).id_d
}
const patch = async (id: string, body: string | Buffer): Promise<Modified> => {
  const { status, json, text } = await api('PATCH', `${documents}/${id}`, { body })
  expect(status, text).toBe(200)
  return json as Modified
}
const detail = async (id: string) => (await api('GET', `${documents}/${id}`)).json as Detail

const PDF = '%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n'
/** As a well-known Java client writes it: no space, no quotes, a binary part without filename, no closing delimiter. */
const oddParts = (name: string, content: string) =>
  [
    '',
    '--limite',
    'Content-Disposition: form-data;name=file_name',
    'Content-Type: text/plain;charset=UTF-8',
    '',
    name,
    '--limite',
    'Content-Disposition: form-data;name=file_content',
    'Content-Type: application/octet-stream',
    '',
    content,
  ].join('\r\n')
const upload = (path: string, name: string, content = PDF): Promise<RawAnswer> =>
  api('POST', path, {
    headers: { 'Content-Type': 'multipart/form-data;boundary=limite' },
    body: oddParts(name, content),
  })

describe('un vieux logiciel métier envoie un acte', () => {
  let id: string

  test('il crée le document', async () => {
    const { status, json } = await api('POST', `/api/v2//entite/${hub.town}/document/?id_verrou=x`, {
      body: 'type=ls-actes',
    })
    expect(status).toBe(201)
    const created = json as Detail
    id = created.id_d
    expect(id).toMatch(/^[0-9A-Za-z]{7}$/u)
    expect(created.info).toMatchObject({ id_d: id, type: 'ls-actes', titre: '' })
    expect(created.info['creation']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/u)
    expect(created.last_action).toMatchObject({ action: 'creation', message: 'Création du document' })
    expect(created.action_possible).toEqual(['modification', 'supression'])
    expect(created['action-possible']).toEqual(created.action_possible)
  })

  test('il remplit le formulaire, en UTF-8 brut et sans Content-Type', async () => {
    const modified = await patch(
      id,
      'objet=Été à Nîmes&envoi_tdt_actes=on&envoi_signature=true&acte_nature=1&numero_de_lacte=DEL_2026_1' +
        '&date_de_lacte=02/01/2026&classification=1.1&iparapheur_sous_type=D%C3%A9lib%C3%A9ration&champ_inconnu=x&id_e=9',
    )
    expect(modified).toMatchObject({
      result: 'ok',
      formulaire_ok: 0,
      message: 'Le formulaire est incomplet : le champ «Acte» est obligatoire.',
    })
    expect(modified.content.info['titre']).toBe('Été à Nîmes')
    expect(modified.content.last_action).toMatchObject({ action: 'modification', message: 'Modification du document' })
    expect(modified.content.data).toEqual({
      objet: 'Été à Nîmes',
      // Steps of every act, and what Pastell holds besides.
      envoi_transformation: '1',
      envoi_transformation_fixe: '1',
      envoi_signature: '1',
      envoi_tdt_actes: '1',
      envoi_iparapheur: '1',
      iparapheur_type: 'Actes',
      iparapheur_sous_type: 'Délibération',
      fast_parapheur_circuit: 'Délibération',
      acte_nature: '1',
      numero_de_lacte: 'DEL_2026_1',
      date_de_lacte: '2026-01-02',
      classification: '1.1',
    })
  })

  test('il dépose ses fichiers par des parties mal écrites', async () => {
    const first = await upload(`${documents}/${id}/file/arrete`, 'délibération.pdf')
    expect(first.status, first.text).toBe(201)
    expect((first.json as Modified).content.data).toMatchObject({ arrete: ['délibération.pdf'] })
    const second = await upload(`${documents}/${id}/file/autre_document_attache/0`, 'plan.pdf')
    expect((second.json as Modified).content.data).toMatchObject({ autre_document_attache: ['plan.pdf'] })
    const back = await api('GET', `${documents}/${id}/file/arrete/0`)
    expect(back).toMatchObject({ status: 200, text: PDF })
    expect(back.headers['content-type']).toBe('application/pdf')
    const journal = await hub.hub.cradle.db('journal').where({ documentId: id, event: 'consultation' })
    expect(journal).toMatchObject([{ message: 'Fichier consulté : délibération.pdf', authorId: hub.users.agent }])
    expect(Buffer.from(back.headers['content-disposition'] ?? '', 'latin1').toString('utf8')).toBe(
      'attachment; filename="délibération.pdf"',
    )
  })

  test('il type les pièces', async () => {
    const choices = await api('GET', `${documents}/${id}/externalData/type_piece`)
    expect(choices.json).toEqual({
      actes_type_pj_list: { '99_DE': 'Délibération (99_DE)', '22_AT': 'Attestation (22_AT)' },
      pieces: ['délibération.pdf', 'plan.pdf'],
    })
    const path = `${documents}/${id}/externalData/type_piece`
    expect(await api('PATCH', path, { body: 'rien=1' })).toMatchObject({
      status: 400,
      json: refused('Aucun tableau type_pj fourni'),
    })
    expect((await api('PATCH', path, { body: 'type_pj[]=99_DE' })).json).toEqual(
      refused('Le nombre de type_pj fourni «1» ne correspond pas au nombre de documents (acte et annexes) «2»'),
    )
    expect((await api('PATCH', path, { body: 'type_pj[]=99_DE&type_pj[]=ZZ' })).json).toEqual(
      refused('Le type_pj «ZZ» ne correspond pas pour la nature et la classification sélectionnée'),
    )
    const typed = await api('PATCH', path, { body: 'type_pj%5B%5D=99_DE&type_pj%5B%5D=22_AT' })
    expect(typed).toMatchObject({ status: 200, json: { result: 'ok', info: { id_d: id } } })
    expect((typed.json as Detail).data).toMatchObject({
      type_piece: '2 fichier(s) typé(s)',
      type_acte: '99_DE',
      type_pj: '["22_AT"]',
      type_piece_fichier: ['type_piece.json'],
    })
    expect((await api('GET', `${documents}/${id}/file/type_piece_fichier`)).json).toEqual([
      { filename: 'délibération.pdf', typologie: 'Délibération (99_DE)' },
      { filename: 'plan.pdf', typologie: 'Attestation (22_AT)' },
    ])
  })

  test('il envoie : l’état est celui que Pastell aurait', async () => {
    expect((await detail(id)).action_possible).toEqual(['modification', 'supression', 'orientation'])
    const sent = await api('POST', `${documents}/${id}/action/orientation`)
    expect(sent).toMatchObject({ status: 201, json: { result: true } })
    expect((await detail(id)).last_action.action).toBe('preparation-transformation')
    expect(await api('POST', `${documents}/${id}/action/orientation`)).toMatchObject({
      status: 400,
      json: refused(
        "L'action « orientation »  n'est pas permise : Le dernier état du document (preparation-transformation) ne permet pas de déclencher cette action",
      ),
    })
    expect(await api('PATCH', `${documents}/${id}`, { body: 'objet=autre' })).toMatchObject({
      status: 403,
      json: refused(
        "L'action « modification »  n'est pas permise : Le dernier état du document (preparation-transformation) ne permet pas de déclencher cette action",
      ),
    })
    expect(await upload(`${documents}/${id}/file/arrete`, 'autre.pdf')).toMatchObject({
      status: 403,
      json: refused("Ce document n'est pas modifiable"),
    })
    expect((await api('DELETE', `${documents}/${id}`)).status).toBe(400)
  })

  test('revenu signé, le fichier est là où il avait mis l’original, qui garde un nom', async () => {
    const { cradle } = hub.hub
    const where = { entityId: hub.town, documentId: id }
    const before = await cradle.documents.get(where)
    const signed = await cradle.files.save(`${PDF}signé`, 'délibération_signée.pdf')
    await cradle
      .db('documents')
      .where({ entityId: hub.town, id })
      .update({
        data: JSON.stringify({ ...before.data, 'signature.signe': signed, 'signature.bordereau': signed }),
      })
    await cradle.documents.force({ ...where, state: 'signature.recupere', reason: 'essai', by: hub.users.admin })
    const after = await detail(id)
    expect(after.data).toMatchObject({
      arrete: ['délibération_signée.pdf'],
      document_original: ['délibération.pdf'],
      bordereau_signature: ['délibération_signée.pdf'],
      has_signature: '1',
    })
    // A moment that Pastell does not know bears the name of the one before.
    expect(after.last_action.action).toBe('send-iparapheur')
    expect((await api('GET', `${documents}/${id}/file/arrete`)).text).toBe(`${PDF}signé`)
    expect((await api('GET', `${documents}/${id}/file/document_original`)).text).toBe(PDF)
  })
})

describe('le formulaire', () => {
  test('une valeur fausse n’empêche pas les autres, et se dit comme dans Pastell', async () => {
    const id = await born()
    const modified = await patch(id, 'objet=Un&numero_de_lacte=pas bon&envoi_depot=Yes&document_papier=off')
    expect(modified.formulaire_ok).toBe(0)
    expect(modified.message).toMatch(/^Le champ «Numéro de l'acte» est incorrect \(.*\) $/u)
    expect(modified.content.data).toMatchObject({ objet: 'Un', envoi_depot: '1', document_papier: '' })
    expect(modified.content.data).not.toHaveProperty('numero_de_lacte')
  })

  test('un champ de fichier n’est pas une valeur, un champ calculé est ignoré', async () => {
    const id = await born()
    expect(await api('PATCH', `${documents}/${id}`, { body: 'objet=x&arrete=texte' })).toMatchObject({
      status: 400,
      json: refused("Le champ 'arrete' n'est pas autorisé sur un PATCH"),
    })
    const modified = await patch(id, 'iparapheur_dossier_id=usurpe&tedetis_transaction_id=1')
    expect(modified.content.data).not.toHaveProperty('iparapheur_dossier_id')
    expect((await detail(id)).info['titre']).toBe('')
  })

  test('un fichier d’un autre genre se dit, l’envoi est refusé', async () => {
    const id = await born()
    const sent = await upload(`${documents}/${id}/file/arrete`, 'acte.txt', 'du texte')
    expect(sent.status).toBe(201)
    expect((sent.json as Modified).message).toBe(
      "Le type text/plain du fichier « acte.txt » du champ « Acte » n'est pas conforme à : application/pdf, application/xml ",
    )
    expect(await api('POST', `${documents}/${id}/action/orientation`)).toMatchObject({
      status: 400,
      json: refused("L'action « orientation »  n'est pas permise : document_is_valide n'est pas vérifiée"),
    })
    expect((await api('POST', `${documents}/${id}/action/danser`)).json).toEqual(
      refused("L'action danser n'existe pas."),
    )
  })

  test('une classification hors liste s’écrit directement, pas par son adresse', async () => {
    const id = await born()
    expect((await patch(id, 'classification=9.9&iparapheur_sous_type=Inconnu')).content.data).toMatchObject({
      classification: '9.9',
      iparapheur_sous_type: 'Inconnu',
    })
    const path = `${documents}/${id}/externalData`
    expect((await api('GET', `${path}/classification`)).json).toEqual({
      '1.1 Marchés publics': true,
      '8.10 Divers': true,
    })
    expect((await api('GET', `${path}/iparapheur_sous_type`)).json).toEqual(['Arrêté', 'Délibération'])
    expect((await api('PATCH', `${path}/iparapheur_sous_type`, { body: 'iparapheur_sous_type=Faux' })).json).toEqual(
      refused('Le sous-type "Faux" n\'existe pas pour le type configuré'),
    )
    const byQuery = await api('PATCH', `${path}/classification?classif=8.10%20Divers`, { body: 'rien=1' })
    expect((byQuery.json as Detail).data).toMatchObject({ classification: '8.10' })
    expect((await api('GET', `${path}/rien`)).json).toEqual(refused('Type rien introuvable'))
    expect((await api('GET', `${path}/objet`)).json).toEqual(refused("L'action  n'existe pas."))
  })

  test('type_acte et type_pj s’écrivent directement', async () => {
    const id = await born()
    expect((await api('PATCH', `${documents}/${id}`, { body: 'type_acte=99_DE' })).json).toEqual(
      refused("La pièce principale n'est pas présente"),
    )
    await upload(`${documents}/${id}/file/arrete`, 'a.pdf')
    await upload(`${documents}/${id}/file/autre_document_attache`, 'b.pdf')
    const typed = await patch(id, `acte_nature=1&type_acte=99_DE&type_pj=${encodeURIComponent('["22_AT"]')}`)
    expect(typed.content.data).toMatchObject({ acte_nature: '1', type_acte: '99_DE', type_pj: '["22_AT"]' })
  })
})

describe('les fichiers', () => {
  test('leurs numéros sont ceux du logiciel, même avec un trou', async () => {
    const id = await born()
    const file = `${documents}/${id}/file/autre_document_attache`
    await upload(`${file}/3`, 'd.pdf')
    const gap = await upload(`${file}/0`, 'a.pdf')
    expect((gap.json as Modified).content.data).toMatchObject({
      autre_document_attache: { '0': 'a.pdf', '3': 'd.pdf' },
    })
    await upload(`${file}/0`, 'a2.pdf', `${PDF}2`)
    expect((await api('GET', `${file}/0`)).text).toBe(`${PDF}2`)
    expect((await api('GET', `${file}/3`)).status).toBe(200)
    expect(await api('GET', `${file}/1`)).toMatchObject({ status: 404, json: refused("Ce fichier n'existe pas") })
    await upload(`${file}/1`, 'b.pdf')
    // Those that follow move up.
    expect(((await api('DELETE', `${file}/0`)).json as Detail).data).toMatchObject({
      autre_document_attache: { '0': 'b.pdf', '2': 'd.pdf' },
    })
    expect(((await api('DELETE', `${file}/2`)).json as Detail).data).toMatchObject({
      autre_document_attache: ['b.pdf'],
    })
    expect((await api('DELETE', `${file}/7`)).status).toBe(200)
  })

  test('un champ inconnu, un numéro sur un champ simple, un contenu absent', async () => {
    const id = await born()
    expect(await upload(`${documents}/${id}/file/inconnu`, 'a.pdf')).toMatchObject({
      status: 400,
      json: refused('Champ `inconnu` incorrect'),
    })
    expect(await upload(`${documents}/${id}/file/arrete/2`, 'a.pdf')).toMatchObject({
      status: 400,
      json: refused("Le champ arrete n'est pas multiple"),
    })
    expect((await api('POST', `${documents}/${id}/file/arrete`, { body: 'file_name=a.pdf' })).status).toBe(400)
    expect(await upload(`${documents}/zzzzzzz/file/arrete`, 'a.pdf')).toMatchObject({
      status: 404,
      json: refused('Document inexistant'),
    })
  })

  test('« receive » rend le texte dans du JSON ; des octets n’y entrent pas', async () => {
    const id = await born()
    const file = `${documents}/${id}/file/metadonnees`
    await upload(file, 'meta.json', '{"é":1}')
    expect((await api('GET', `${file}?receive=true`)).json).toEqual({ file_name: 'meta.json', file_content: '{"é":1}' })
    await api('POST', file, { body: 'file_name=brut.txt&file_content=%41' })
    expect((await api('GET', `${file}?receive=1`)).json).toEqual({ file_name: 'brut.txt', file_content: 'A' })
    await upload(`${documents}/${id}/file/arrete`, 'x.pdf', `${PDF}é`)
    const { cradle } = hub.hub
    const bytes = await cradle.files.save(Buffer.concat([Buffer.from(PDF), Buffer.from([0xff, 0xfe])]), 'x.pdf')
    await cradle.documents.putFile({
      entityId: hub.town,
      documentId: id,
      field: 'arrete',
      file: bytes,
      by: hub.users.agent,
    })
    const binary = await api('GET', `${documents}/${id}/file/arrete?receive=1`)
    expect(binary.status).toBe(200)
    expect(binary.json).toMatchObject({ status: 'error' })
  })
})

describe('la liste', () => {
  test('cherche par titre, état, valeur indexée, états passés et dates', async () => {
    const [un, deux] = [await born(), await born()]
    await patch(un, 'objet=Marché de la halle&numero_de_lacte=LISTE_A')
    await patch(deux, 'objet=Halle aux grains&numero_de_lacte=LISTE_B')
    await hub.hub.cradle.documents.force({
      entityId: hub.town,
      documentId: deux,
      state: 'termine',
      reason: 'essai',
      by: hub.users.admin,
    })
    const ids = async (query: string) =>
      ((await api('GET', `${documents}?${query}`)).json as Readonly<Record<string, string>>[]).map(row => row['id_d'])
    expect(await ids('search=HALLE')).toEqual([deux, un])
    expect(await ids('search=halle&sens_tri=ASC&tri=titre')).toEqual([deux, un])
    expect(await ids('search=halle&lastetat=termine')).toEqual([deux])
    expect(await ids('search=halle&lastetat=modification,termine')).toEqual([deux, un])
    expect(await ids('search=halle&lastetat=creation')).toEqual([])
    expect(await ids('type=ls-actes&numero_de_lacte=liste_a')).toEqual([un])
    expect(await ids('search=halle&etatTransit=termine')).toEqual([deux])
    expect(await ids('search=halle&notEtatTransit=termine')).toEqual([un])
    expect(await ids('search=halle&last_state_begin=2020-01-01&last_state_end=2021-01-01')).toEqual([])
    expect(await ids('search=halle&etatTransit=termine&state_begin=2020-01-01')).toEqual([deux])
    expect(await ids('search=halle&limit=1&offset=1')).toEqual([un])
    expect(await ids('limit=0')).toEqual([])
    expect(await ids('search=halle&type=ls-actes&tri=numero_de_lacte&sens_tri=ASC')).toEqual([un, deux])
    const [row] = (await api('GET', `${documents}?search=grains&date_in_fr=1`)).json as [
      Readonly<Record<string, unknown>>,
    ]
    expect(row).toMatchObject({ id_e: hub.town, last_action: 'termine', role: 'editeur', is_active: true, entite: [] })
    expect(row['last_action_date']).toMatch(/^\d\d\/\d\d\/\d{4}$/u)
    expect(Object.keys(row)).toEqual(
      'id_d id_e role last_action last_action_date last_type type titre creation modification denomination siren date_inscription entite_mere centre_de_gestion is_active entite_base entite last_action_display'.split(
        ' ',
      ),
    )
  })

  test('donne le détail de plusieurs, ou d’aucun si l’un manque', async () => {
    const [un, deux] = [await born(), await born()]
    const both = await api('GET', `${documents}?id_d[]=${un}&id_d[]=${deux}`)
    expect(Object.keys(both.json as object)).toEqual([un, deux])
    expect(await api('GET', `${documents}?id_d[]=${un}&id_d[]=zzzzzzz`)).toMatchObject({
      status: 404,
      json: refused(`Le document zzzzzzz n'appartient pas à l'entité ${hub.town}`),
    })
    expect((await api('GET', `${documents}?id_d=${un}`)).json).toEqual(
      refused('Le paramètre id_d[] ne semble pas valide'),
    )
    expect(await api('GET', '/entite/0/document')).toMatchObject({ status: 400, json: refused('id_e est obligatoire') })
  })

  test('compte par entité, type et état, ou d’un seul nombre', async () => {
    const id = await born()
    await patch(id, 'numero_de_lacte=COMPTE_1')
    const { json } = await api('GET', '/document/count')
    const counts = json as Readonly<Record<string, { flux: Record<string, Record<string, number> | []>; info: object }>>
    expect(counts[hub.town]?.flux['ls-actes']).toMatchObject({ termine: 1 })
    expect(counts[hub.service]?.flux['ls-actes']).toEqual([])
    expect(counts[hub.neighbour]).toBeUndefined()
    expect(
      (await api('GET', `/document/count?id_e=${hub.town}&type=ls-actes&output=simple&numero_de_lacte=COMPTE`)).json,
    ).toEqual({ count: 1 })
    // Nothing of a new arrêté is indexed: as in Pastell, it is not one of those counted.
    const counted = async () => (await api('GET', `/document/count?id_e=${hub.town}&type=ls-actes&output=simple`)).json
    const before = await counted()
    await born()
    expect(await counted()).toEqual(before)
    await patch(await born(), 'numero_de_lacte=COMPTE_2')
    expect(await counted()).toEqual({ count: (before as { readonly count: number }).count + 1 })
    expect((await api('GET', '/document/count?output=simple')).json).toEqual(
      refused('Les paramètres id_e et type sont obligatoires.'),
    )
  })
})

describe('les droits', () => {
  test('le document d’une autre entité n’existe pas, et rien n’y est écrit', async () => {
    const id = await born()
    const elsewhere = `/entite/${hub.service}/document/${id}`
    const lost = refused(`Le document ${id} n'appartient pas à l'entité ${hub.service}`)
    expect(await api('GET', elsewhere)).toMatchObject({ status: 404, json: lost })
    expect(await api('POST', `${elsewhere}/action/supression`)).toMatchObject({ status: 404, json: lost })
    expect(await api('DELETE', elsewhere)).toMatchObject({ status: 404, json: lost })
    expect(await api('PATCH', elsewhere, { body: 'objet=x' })).toMatchObject({
      status: 404,
      json: refused(`Le document ${id} n'a pas été trouvé`),
    })
    expect((await upload(`${elsewhere}/file/arrete`, 'a.pdf')).status).toBe(404)
    const voisin = { login: 'voisin' }
    expect(await api('GET', `${documents}/${id}`, voisin)).toMatchObject({
      status: 403,
      json: refused(`Acces interdit id_e=${hub.town}, droit=entite:lecture,id_u=${hub.users.voisin}`),
    })
    expect((await api('POST', `${documents}?type=ls-actes`, voisin)).status).toBe(403)
    expect((await api('POST', `${documents}?type=inconnu`)).json).toEqual(
      refused(`Acces interdit id_e=${hub.town}, droit=inconnu:edition,id_u=${hub.users.agent}`),
    )
    expect((await api('GET', '/entite/1abc/document')).status).toBe(403)
    expect((await api('GET', `${documents}/%00%27`)).status).toBe(404)
    expect((await api('GET', `${documents}?search=%00%5C&type=ls-actes&numero_de_lacte=%5C`)).json).toEqual([])
  })

  test('une entité désactivée n’accueille plus de document, les siens restent', async () => {
    const admin = { login: 'admin' }
    const there = `/entite/${hub.neighbour}/document`
    const { json } = await api('POST', `${there}?type=ls-actes`, admin)
    await hub.hub.cradle.db('entities').where('id', hub.neighbour).update({ active: false })
    expect(await api('POST', `${there}?type=ls-actes`, admin)).toMatchObject({
      status: 403,
      json: refused(`L'entité ${hub.neighbour} est désactivée`),
    })
    expect((await api('PATCH', `${there}/${(json as Detail).id_d}`, { ...admin, body: 'objet=x' })).status).toBe(200)
  })

  test('supprimer répond 204 et rien d’autre', async () => {
    const id = await born()
    expect(await api('DELETE', `${documents}/${id}`)).toMatchObject({ status: 204, text: '' })
    expect((await api('GET', `${documents}/${id}`)).status).toBe(404)
    const autre = await born()
    expect(await api('POST', `${documents}/${autre}/action/supression`)).toMatchObject({
      status: 201,
      json: { result: true },
    })
  })
})

describe('la première version', () => {
  test('fait le même chemin par ses scripts', async () => {
    const where = `id_e=${hub.town}`
    const created = await api('POST', `/api/create-document.php`, { body: `${where}&type=ls-actes` })
    expect(created.status).toBe(200)
    const id = (created.json as Detail).id_d
    const form = [
      '--b',
      'Content-Disposition: form-data; name="objet"',
      '',
      'Par la v1',
      '--b',
      'Content-Disposition: form-data; name="envoi_tdt_actes"',
      '',
      'on',
      '--b',
      'Content-Disposition: form-data; name="arrete"; filename="v1.pdf"',
      'Content-Type: application/pdf',
      '',
      PDF,
      '--b',
      'Content-Disposition: form-data; name="autre_document_attache[]"; filename="x.pdf"',
      '',
      PDF,
      '--b--',
      '',
    ].join('\r\n')
    const modified = await api('POST', `/api/modif-document.php?${where}&id_d=${id}`, {
      headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
      body: form,
    })
    expect(modified.json).toMatchObject({
      result: 'ok',
      formulaire_ok: '0',
      content: { data: { objet: 'Par la v1', arrete: ['v1.pdf'], autre_document_attache: ['x.pdf'] } },
    })
    const document = `${where}&id_d=${id}`
    await api('POST', `/api/modif-document.php?${document}`, {
      headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
      body: form.replace('x.pdf', 'y.pdf'),
    })
    expect((await api('GET', `/api/detail-document.php?${document}`)).json).toMatchObject({
      data: { autre_document_attache: ['x.pdf', 'y.pdf'] },
    })
    expect(
      (await api('GET', `/api/recuperation-fichier.php?${document}&field=autre_document_attache&num=1`)).text,
    ).toBe(PDF)
    expect((await api('GET', `/api/receive-file.php?${document}&field_name=arrete&file_number=0`)).json).toEqual({
      file_name: 'v1.pdf',
      file_content: PDF,
    })
    expect((await api('GET', `/api/list-document.php?${where}&search=v1`)).json).toMatchObject([
      { id_d: id, is_active: '1' },
    ])
    const refusal = await api('POST', `/api/action.php?${document}&action=orientation`)
    expect(refusal).toMatchObject({
      status: 200,
      json: refused("L'action « orientation »  n'est pas permise : document_is_valide n'est pas vérifiée"),
    })
    expect((await api('POST', `/api/action.php?${document}&action=supression`)).json).toMatchObject({ result: '1' })
    expect((await api('GET', `/api/document-type-info.php?type=ls-actes`)).json).toHaveProperty('arrete')
  })
})

test('un nouveau mail sécurisé compte zéro destinataire et zéro lecture, en toutes lettres', async () => {
  const created = await api('POST', documents, { body: 'type=ls-mailsec' })
  expect((created.json as Detail).data).toMatchObject({
    sent_mail_number: '0',
    sent_mail_read: '0',
    sent_mail_answered: '0',
  })
})
