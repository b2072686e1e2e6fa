import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, formProblems, PermanentError, type Convoque, type Files } from '#core'
import { demanded, fakeConvocation, fakeTown, fileNamed, testHub } from '#core/testing'
import { convocation } from '../../steps/convocation/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { versementSeance } from '../../steps/versement-seance/index.ts'
import seance from './index.ts'

const projet = (nom: string) => ({
  nom,
  rapport: fileNamed(`${nom}.pdf`),
  theme: { value: 'fin', label: 'Finances' },
  rapporteur: { value: 'ab', label: 'Anne Batte' },
  annexes: [fileNamed(`annexe de ${nom}.pdf`)],
})
const complete = {
  objet: 'Conseil municipal de janvier',
  'convocation.date': '2026-01-20',
  'convocation.heure': '18:30',
  'convocation.type': { value: 'cm', label: 'Conseil municipal' },
  'convocation.lieu': 'Hôtel de ville',
  'convocation.convocation': fileNamed('convocation.pdf'),
  'convocation.projets': [projet('Budget'), projet('Cantine')],
  'convocation.autresDocuments': [{ nom: 'Plan de la salle', fichier: fileNamed('salle.pdf') }],
}

/** Contents of the size that stand-ins announce: a zip checks it. */
const blankFiles: Files = {
  open: file => Readable.from([Buffer.alloc('size' in file ? Number(file.size) : 0)]),
  async save(content, name) {
    const bytes = content instanceof Readable ? await buffer(content) : Buffer.from(content)
    return { ...fileNamed(name), size: bytes.length }
  },
}

const town = async (
  values: object = {},
  options: Parameters<typeof fakeConvocation>[0] = {},
  associated: 'associated' | 'forgotten' = 'associated',
) => {
  const assemblee = fakeConvocation(options)
  const { ged, capabilities } = fakeTown()
  const hub = testHub(
    seance,
    [convocation, depotGed, versementSeance],
    { ...capabilities, ...(associated === 'associated' ? { convocation: assemblee.convocation } : {}) },
    { files: blankFiles },
  )
  return { ...assemblee, ged, hub, document: await hub.create({ ...complete, ...values }) }
}

const sent = async (...args: Parameters<typeof town>) => {
  const all = await town(...args)
  await all.document.submit()
  return all
}

const called = (name: string, more: Partial<Convoque> = {}): Convoque => ({
  name,
  category: 'convocation',
  email: `${name}@ville.example`,
  sentAt: '2026-01-15T09:00:00Z',
  ...more,
})

describe('le cheminement', () => {
  test('une séance est créée avec son ordre du jour, suivie, prouvée, versée à la GED et à son dossier d’archives', async () => {
    const { document, hub, seances, call, ged } = await sent({ envoiDepot: true, envoiArchivage: true })
    expect(document.state).toBe('convocation.suivie')
    expect(seances.get('seance-1')).toMatchObject({
      wanted: { date: '2026-01-20T18:30', type: 'cm', place: 'Hôtel de ville', remoteAllowed: false },
      projects: [
        { name: 'Budget', theme: 'fin', reporter: 'ab', annexes: [{ title: 'annexe de Budget' }] },
        { name: 'Cantine' },
      ],
      others: [{ name: 'Plan de la salle', file: { name: 'salle.pdf' } }],
    })
    await hub.advance('15 min')
    expect(document.message).toBe('0 convoqué ; les convocations ne sont pas encore parties.')
    call(
      called('Anne', { readAt: '2026-01-15T09:30:00Z', attendance: 'present' }),
      called('Bruno', { attendance: 'mandate', representedBy: 'Anne' }),
    )
    await hub.advance('1 h')
    expect(document.message).toBe('2 convoqués, 1 a lu, 1 présent, 1 pouvoir.')
    expect(document.data['convocation.convoques']).toMatchObject([
      { nom: 'Anne', categorie: 'Élu', lue: '15/01/2026 à 10:30', presence: 'present' },
      { nom: 'Bruno', envoyee: '15/01/2026 à 10:00', presence: 'mandate', mandataire: 'Anne' },
    ])
    await hub.advance('5 d')
    expect(document.state).toBe('convocation.suivie')
    await hub.advance('2 d')
    expect(document.state).toBe('termine')
    expect(document.data['convocation.preuves']).toMatchObject({ name: 'jetons.zip' })
    expect(ged.deposits.size).toBe(1)
    expect(document.data['versementSeance.dossierId']).toBe('autre1')
    expect(hub.created).toMatchObject([
      {
        flow: 'ls-dossier-seance',
        then: { whenValid: 'envoyer' },
        values: { dossier: { name: 'seance-2026-01-20.zip' } },
      },
    ])
    expect(document.journal.filter(line => line.startsWith('2 convoqués'))).toHaveLength(1)
  })

  test('sans case cochée, la séance tenue se termine sans dépôt ni dossier d’archives', async () => {
    const { document, hub, ged } = await sent()
    await hub.advance('8 d')
    expect([document.state, ged.deposits.size, hub.created]).toEqual(['termine', 0, []])
  })

  test('un logiciel qui prend l’ordre du jour avec la séance ne le reçoit pas deux fois', async () => {
    const { document, seances, answers } = await town({}, { agenda: 'included' })
    answers.agenda = 'Il ne devait pas être envoyé à part.'
    document.edit({ 'convocation.autresDocuments': null })
    await document.submit()
    expect(document.state).toBe('convocation.suivie')
    expect(seances.get('seance-1')?.projects).toHaveLength(2)
  })

  test('une séance sans projet ni autre document se convoque aussi', async () => {
    const { document } = await sent({ 'convocation.projets': undefined, 'convocation.autresDocuments': undefined })
    expect(document.state).toBe('convocation.suivie')
    expect(document.journal).toContain('Ordre du jour déposé (0 projet)')
  })

  test('les élus ne partent que s’ils sont donnés', async () => {
    const elu = { nom: 'Batte', prenom: 'Anne', adresse: 'batte@ville.example' }
    const { seances } = await sent({ 'convocation.elus': [elu] })
    expect(seances.get('seance-1')?.wanted.acteurs).toMatchObject([{ firstName: 'Anne', lastName: 'Batte' }])
    expect((await sent()).seances.get('seance-1')?.wanted).not.toHaveProperty('acteurs')
  })
})

describe('la saisie', () => {
  test.each([
    ['une heure mal écrite', { 'convocation.heure': '18h30' }, 'HH:MM'],
    ['un type absent', { 'convocation.type': undefined }, "« Type de séance » n'est pas choisi"],
    [
      'un projet sans rapport',
      { 'convocation.projets': [{ nom: 'Budget' }] },
      'ligne 1 : Il manque le fichier « Rapport »',
    ],
    [
      'un rapport qui n’est pas un PDF',
      { 'convocation.projets': [{ nom: 'Budget', rapport: fileNamed('a.xml') }] },
      'est de type XML',
    ],
    [
      'des fichiers trop lourds, dans les lignes comme ailleurs',
      { 'convocation.projets': [{ nom: 'Budget', rapport: { ...fileNamed('a.pdf'), size: 1_100_000_000 } }] },
      'alléger ou retirer des pièces',
    ],
  ])('%s est refusé avec une phrase', async (_cas, values, sentence) => {
    const { document } = await town(values)
    await expect(document.submit()).rejects.toThrow(sentence)
  })
})

test('un brouillon se garde avec un projet sans son rapport, et dit où il manque', async () => {
  const { document, hub } = await town()
  expect(document.edit({ 'convocation.projets': [projet('Budget'), { nom: 'Voirie' }] })).toEqual([])
  expect(formProblems(hub.flow, document.data, hub.clock.now())).toEqual([
    {
      field: 'convocation.projets.1.rapport',
      message: '« Ordre du jour », ligne 2 : Il manque le fichier « Rapport » : le déposer.',
    },
  ])
})

describe('la création', () => {
  test('une réponse perdue ne crée pas de seconde séance : la première est retrouvée', async () => {
    const { document, hub, mishaps, seances } = await town()
    mishaps.loseNextAnswer()
    await document.submit()
    expect(document.state).toBe('convocation.aCreer')
    await hub.advance('1 min')
    expect(document.state).toBe('convocation.suivie')
    expect(document.journal).toContain('Séance retrouvée (seance-1)')
    expect([seances.size, seances.get('seance-1')?.projects.length]).toEqual([1, 2])
  })

  test('un logiciel qui ne sait pas chercher laisse un agent vérifier, reprendre ou recréer', async () => {
    const doubtful = async () => {
      const all = await town()
      all.mishaps.loseNextAnswer()
      all.answers.find = { is: 'unknowable', reason: 'La séance ne peut pas être cherchée.' }
      await all.document.submit()
      await all.hub.advance('1 min')
      expect(all.document.state).toBe('convocation.aVerifier')
      expect(all.document.message).toContain('saisir son identifiant puis « Reprendre »')
      return all
    }
    const here = await doubtful()
    await expect(here.document.ask('convocation.reprendre')).rejects.toThrow("saisir d'abord l'identifiant")
    expect(here.document.edit({ 'convocation.seanceId': ' seance-1 ' })).toEqual([])
    await here.document.ask('convocation.reprendre')
    expect(here.document.state).toBe('convocation.suivie')
    const absent = await doubtful()
    absent.seances.clear()
    await absent.document.ask('convocation.recreer')
    expect(absent.document.state).toBe('convocation.suivie')
    expect(absent.seances.size).toBe(1)
  })

  test('une séance refusée dit pourquoi ; corrigée, elle repart', async () => {
    const { document, answers } = await town()
    answers.create = { is: 'refused', reason: 'Le type « cm » est inconnu.' }
    await document.submit()
    expect([document.state, document.message]).toEqual(['convocation.erreurCreation', 'Le type « cm » est inconnu.'])
    delete answers.create
    expect(document.edit({ 'convocation.type': { value: 'bm', label: 'Bureau' } })).toEqual([])
    await document.ask('convocation.creer')
    expect(document.state).toBe('convocation.suivie')
  })

  test('une date passée n’est jamais envoyée', async () => {
    const { document, seances } = await sent({ 'convocation.date': '2026-01-15', 'convocation.heure': '09:00' })
    expect(document.state).toBe('convocation.erreurCreation')
    expect(document.message).toContain('prévue le 15/01/2026 à 09:00, une date passée')
    expect(seances.size).toBe(0)
  })

  test('sans connecteur, ou avec un connecteur suspendu, le document attend et le dit', async () => {
    const alone = await sent({}, {}, 'forgotten')
    expect(alone.document.message).toContain("Aucun connecteur n'est associé à l'étape « Convocation »")
    const { document, hub, mishaps } = await town()
    mishaps.failOnce(new ConfigurationError('Le jeton est refusé.'))
    await document.submit()
    expect(document.message).toContain('suspendu : Le jeton est refusé.')
    await hub.resume('convocation')
    expect(document.state).toBe('convocation.suivie')
  })

  test('une panne fait attendre, sans rien doubler', async () => {
    const { document, hub, mishaps, seances } = await town()
    mishaps.goDown()
    await document.submit()
    await hub.advance('2 h')
    expect(document.state).toBe('convocation.aCreer')
    mishaps.comeBack()
    await hub.advance('2 h')
    expect([document.state, seances.size]).toEqual(['convocation.suivie', 1])
  })
})

describe("l'ordre du jour", () => {
  test('refusé, il se corrige et repart, ou un agent l’a fait là-bas', async () => {
    const refused = async () => {
      const all = await town()
      all.answers.agenda = 'La séance a déjà un autre ordre du jour.'
      await all.document.submit()
      expect([all.document.state, all.document.message]).toEqual(['convocation.erreurOrdre', all.answers.agenda])
      delete all.answers.agenda
      return all
    }
    const again = await refused()
    expect(again.document.edit({ 'convocation.projets': [projet('Voirie')] })).toEqual([])
    await again.document.ask('convocation.poserOrdre')
    expect(again.seances.get('seance-1')?.projects).toMatchObject([{ name: 'Voirie' }])
    const done = await refused()
    await done.document.ask('convocation.accepterOrdre')
    expect(done.document.state).toBe('convocation.suivie')
    expect(done.seances.get('seance-1')?.projects).toEqual([])
  })

  test('les autres documents refusés se corrigent, ou un agent les a déposés là-bas', async () => {
    const refused = async () => {
      const all = await town({ 'convocation.projets': undefined })
      all.answers.agenda = 'Les autres documents ne se complètent pas.'
      await all.document.submit()
      expect(all.document.state).toBe('convocation.erreurAutres')
      delete all.answers.agenda
      return all
    }
    const again = await refused()
    await again.document.ask('convocation.poserAutres')
    expect(again.seances.get('seance-1')?.others).toHaveLength(1)
    const done = await refused()
    await done.document.ask('convocation.accepterAutres')
    expect(done.document.state).toBe('convocation.suivie')
  })
})

describe('la mise à jour', () => {
  test('date et ordre du jour changés partent ensemble ; la fin du suivi est repoussée d’autant', async () => {
    const { document, hub, seances } = await sent()
    await expect(document.ask('convocation.mettreAJour')).rejects.toThrow("rien n'a changé")
    expect(document.edit({ 'convocation.date': '2026-02-10', 'convocation.projets': [projet('Voirie')] })).toEqual([])
    expect(document.edit({ 'convocation.type': { value: 'bm', label: 'Bureau' } })[0]?.message).toContain(
      'ne peut pas être modifié',
    )
    await hub.advance('15 min')
    expect(document.message).toContain('Des modifications ne sont pas transmises')
    expect(seances.get('seance-1')?.wanted.date).toBe('2026-01-20T18:30')
    await document.ask('convocation.mettreAJour')
    expect(document.state).toBe('convocation.suivie')
    expect(seances.get('seance-1')).toMatchObject({
      wanted: { date: '2026-02-10T18:30' },
      projects: [{ name: 'Voirie' }],
      others: [{ name: 'Plan de la salle' }],
    })
    await hub.advance('20 d')
    expect(document.state).toBe('convocation.suivie')
    await hub.advance('8 d')
    expect(document.state).toBe('termine')
  })

  test('un logiciel qui remplace l’ordre du jour reçoit le nouveau, et celui qu’il tient du hub', async () => {
    const { document, convocation: remote } = await sent()
    const asked: unknown[] = []
    Object.assign(remote, {
      replaceProjects: async (...given: readonly unknown[]) => {
        asked.push(given)
        return { is: 'done' }
      },
    })
    document.edit({ 'convocation.projets': [projet('Cantine')] })
    await document.ask('convocation.mettreAJour')
    expect(asked).toMatchObject([['seance-1', [{ name: 'Cantine' }], [{ name: 'Budget' }, { name: 'Cantine' }]]])
    expect(document.message).toBe('Séance mise à jour')
  })

  test('refusée, elle dit quelle partie et ce qui est déjà parti ; un agent corrige, ou reprend le suivi', async () => {
    const { document, hub, answers } = await sent()
    document.edit({ 'convocation.lieu': 'Salle des fêtes', 'convocation.projets': [] })
    answers.agenda = 'La séance a déjà un autre ordre du jour.'
    await document.ask('convocation.mettreAJour')
    expect(document.state).toBe('convocation.erreurMiseAJour')
    expect(document.message).toBe(
      'Mise à jour refusée (ordre du jour) : La séance a déjà un autre ordre du jour. Déjà mis à jour : date, lieu et convocation.',
    )
    await document.ask('convocation.suivreAinsi')
    await hub.advance('15 min')
    expect(document.message).toBe('0 convoqué ; les convocations ne sont pas encore parties.')
  })

  test('un logiciel qui n’en accepte pas laisse l’agent la faire là-bas, sans interrompre plus longtemps le suivi', async () => {
    const { document } = await sent({}, { updates: 'refused' })
    document.edit({ 'convocation.lieu': 'Salle des fêtes' })
    await document.ask('convocation.mettreAJour')
    expect(document.message).toContain('Ce connecteur ne modifie pas les séances.')
    await document.ask('convocation.mettreAJour')
    expect(document.state).toBe('convocation.erreurMiseAJour')
    await document.ask('convocation.suivreAinsi')
    expect(document.state).toBe('convocation.suivie')
  })

  test('une fois la séance créée, ni un projet sans rapport ni une convocation retirée ne partent', async () => {
    const { document } = await sent()
    expect(document.edit({ 'convocation.projets': [{ nom: 'Voirie' }] })[0]?.message).toContain('Rapport')
    document.edit({ 'convocation.convocation': undefined })
    await expect(document.ask('convocation.mettreAJour')).rejects.toThrow('il manque « Convocation »')
  })

  test('une séance passée ne se met plus à jour, même vers une date à venir', async () => {
    const { document, hub } = await sent()
    await hub.advance('5 d')
    document.edit({ 'convocation.date': '2026-03-01' })
    await hub.advance('12 h')
    await expect(document.ask('convocation.mettreAJour')).rejects.toThrow('prévue le 20/01/2026 à 18:30')
  })
})

describe("l'annulation", () => {
  test('le hub cesse de suivre, dit ce qui reste à faire, et un agent constate', async () => {
    const { document, hub, seances } = await sent()
    await document.ask('convocation.annuler')
    expect(document.state).toBe('convocation.aAnnuler')
    expect(document.message).toContain("Le hub ne suit plus cette séance, et rien n'a changé")
    await hub.advance('30 d')
    expect(document.state).toBe('convocation.aAnnuler')
    await document.ask('convocation.constaterAnnulation')
    expect(document.state).toBe('convocation.annulee')
    expect(document.buttons['supprimer']).toBe(true)
    expect(seances.size).toBe(1)
  })

  test('abandonnée, elle rend la séance à son suivi', async () => {
    const { document } = await sent()
    await document.ask('convocation.annuler')
    await document.ask('convocation.retablir')
    expect(document.state).toBe('convocation.suivie')
  })
})

describe('le suivi', () => {
  test('une séance disparue interrompt le suivi ; une relance le reprend', async () => {
    const { document, hub, mishaps } = await sent()
    mishaps.failOnce(new PermanentError('La séance a été supprimée.'))
    await hub.advance('15 min')
    expect([document.state, document.message]).toEqual(['convocation.erreurSuivi', 'La séance a été supprimée.'])
    await document.ask('convocation.suivre')
    expect(document.state).toBe('convocation.suivie')
  })

  test('sans suivi possible, un agent constate la séance, pas avant son heure', async () => {
    const { document, hub, answers } = await town()
    answers.create = { is: 'sent', id: undefined, agenda: 'included', remark: 'Séance déjà là.' }
    await document.submit()
    expect(document.state).toBe('convocation.nonSuivie')
    expect(document.message).toContain('Séance déjà là.')
    await expect(document.ask('convocation.constaterTenue')).rejects.toThrow('20/01/2026 à 18:30')
    await hub.advance('6 d')
    await document.ask('convocation.constaterTenue')
    expect(document.state).toBe('termine')
    const other = await sent()
    other.answers.status = 'Un jeton manque dans les réglages.'
    await other.hub.advance('15 min')
    expect([other.document.state, other.document.message]).toEqual([
      'convocation.nonSuivie',
      'Un jeton manque dans les réglages.',
    ])
  })

  test('des preuves hors d’atteinte se redemandent, ou la séance se termine sans elles', async () => {
    const { document, hub, answers, call } = await sent()
    call(called('Anne'))
    answers.proofs = new PermanentError("Le fichier des jetons n'existe plus.")
    await hub.advance('7 d')
    expect([document.state, document.message]).toEqual([
      'convocation.erreurPreuves',
      "Le fichier des jetons n'existe plus.",
    ])
    await document.ask('convocation.recupererPreuves')
    expect(document.state).toBe('convocation.erreurPreuves')
    await document.ask('convocation.terminerSansPreuves')
    expect(document.state).toBe('termine')
    const other = await sent()
    other.call(called('Anne'))
    other.answers.proofs = new PermanentError('Momentanément illisible.')
    await other.hub.advance('7 d')
    delete other.answers.proofs
    await other.document.ask('convocation.recupererPreuves')
    expect(other.document.data['convocation.preuves']).toMatchObject({ name: 'jetons.zip' })
  })
})

test('ce que le formulaire exige', async () => {
  const { hub, document } = await town()
  expect(document.current.title).toBe(complete.objet)
  expect(await demanded(hub, complete)).toEqual([
    'objet',
    'convocation.date',
    'convocation.heure',
    'convocation.type',
    'convocation.lieu',
    'convocation.convocation',
  ])
})
