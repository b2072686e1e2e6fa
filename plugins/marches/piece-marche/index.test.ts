import { describe, expect, test } from 'vitest'
import { PermanentError, type DocumentContents } from '#core'
import { demanded, fakeTown, fileNamed, testHub } from '#core/testing'
import { depotAutomatique } from '../../steps/depot-automatique/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { digestsOf, mailsec, recipientsIn } from '../../steps/mailsec/index.ts'
import { archivage } from '../../steps/sae/index.ts'
import { signature } from '../../steps/signature/index.ts'
import flow, { affectationPiece } from './index.ts'

const piece = {
  libelle: 'Acte d’engagement du lot 2',
  numeroConsultation: '2026-TVX-C12',
  typeMarche: 'T',
  etape: 'OR',
  typePiece: 'AE',
  dateDocument: '2026-01-10',
  document: fileNamed('acte-engagement.pdf'),
}
const CIRCUIT = { value: 'marches', label: 'Marchés' }

const town = async (values: object, types?: readonly object[]) => {
  const remotes = fakeTown()
  const deposited: DocumentContents[] = []
  const hub = testHub(flow, [affectationPiece, signature, depotAutomatique, mailsec, depotGed, archivage], {
    ...remotes.capabilities,
    ged: {
      async deposit(contents, key) {
        deposited.push(contents)
        return remotes.ged.ged.deposit(contents, key)
      },
    },
    ...(types ? { reglages: { lire: async () => ({ types, joursRelance: 30, joursFin: 60 }) } } : {}),
  })
  return { ...remotes, hub, deposited, document: await hub.create({ ...piece, ...values }) }
}

describe('le cheminement coché par l’agent', () => {
  test('signée, envoyée, lue, déposée puis archivée : le destinataire reçoit la pièce signée', async () => {
    const { document, hub, parapheur, courrier, sae, deposited } = await town(
      {
        envoiSignature: true,
        envoiMailsec: true,
        envoiGed: true,
        envoiSae: true,
        'signature.circuit': CIRCUIT,
        'mailsec.to': 'titulaire@exemple.fr',
      },
      [],
    )
    await document.submit()
    expect(document.state).toBe('signature.envoye')
    const signed = await hub.ports.files.save('signé', 'acte-engagement-signe.pdf')
    parapheur.sign(signed)
    await hub.advance('5 min')
    expect([document.state, courrier.mails.length]).toEqual(['mailsec.envoye', 1])
    const [reader] = recipientsIn({ destinataires: document.data['mailsec.destinataires'] })
    await document.signal('mailsec.lecture', { acces: reader && digestsOf(reader)[0] })
    expect(deposited[0]?.values['signature.signe']).toEqual(signed)
    await hub.advance('1 min')
    sae.accept()
    await hub.advance('20 min')
    expect(document.state).toBe('termine')
  })

  test('l’emporte sur le paramétrage de son type', async () => {
    const { document, ged } = await town({ envoiGed: true }, [{ type: 'AE', envoiSae: true, libelle: 'Engagement' }])
    await document.submit()
    expect([document.state, ged.deposits.size, document.data['envoiSae']]).toEqual(['termine', 1, undefined])
    expect(document.data['libellePiece']).toBe('Engagement')
  })
})

test('la pièce signée et ses annexes vont d’elles-mêmes au dépôt en GED quand un connecteur y est associé', async () => {
  const { document, hub, parapheur } = await town({ envoiSignature: true, 'signature.circuit': CIRCUIT }, [])
  hub.associated.add('depot-ged')
  await document.submit()
  const signed = await hub.ports.files.save('signé', 'acte-engagement-signe.pdf')
  parapheur.sign(signed)
  await hub.advance('5 min')
  expect([document.state, hub.created.map(({ flow: to, values }) => [to, values['fichiers']])]).toEqual([
    'termine',
    [['depot-ged', [signed]]],
  ])
})

describe('l’affectation, sans rien de coché', () => {
  test('le paramétrage du type décide du cheminement et du circuit', async () => {
    const { document, parapheur } = await town({}, [
      { type: 'CCAP', envoiGed: true },
      { type: 'AE', envoiSignature: true, circuit: 'marches' },
    ])
    await document.submit()
    expect(document.state).toBe('signature.envoye')
    expect(document.data['signature.circuit']).toMatchObject({ value: 'marches' })
    expect(parapheur.folders.size).toBe(1)
  })

  test('ce que le paramétrage demande en plus se complète après réouverture', async () => {
    const { document } = await town({}, [{ type: 'AE', envoiSignature: true }])
    await document.submit()
    expect(document.state).toBe('affectation.aCompleter')
    expect(document.message).toContain("« Circuit de signature » n'est pas choisi")
    await document.ask('rouvrir')
    expect(document.edit({ 'signature.circuit': CIRCUIT })).toEqual([])
    await document.submit()
    expect(document.state).toBe('signature.envoye')
  })

  test('un type que le paramétrage ne connaît pas s’arrête et le dit', async () => {
    const { document, ged } = await town({}, [{ type: 'CCAP', envoiGed: true }])
    await document.submit()
    expect(document.state).toBe('affectation.aCompleter')
    expect(document.message).toContain("« Acte d'engagement »")
    await document.ask('rouvrir')
    document.edit({ envoiGed: true })
    await document.submit()
    expect([document.state, ged.deposits.size]).toEqual(['termine', 1])
  })

  test('sans paramétrage associé, le document se termine sans étape', async () => {
    const { document } = await town({})
    await document.submit()
    expect(document.state).toBe('termine')
  })
})

describe('les refus', () => {
  test('refusée au parapheur, la pièce se rouvre ; un envoi refusé se réessaie', async () => {
    const { document, hub, parapheur } = await town({ envoiSignature: true, 'signature.circuit': CIRCUIT })
    parapheur.mishaps.failOnce(new PermanentError('Circuit fermé.'))
    await document.submit()
    expect(document.state).toBe('signature.erreurEnvoi')
    await document.ask('signature.envoyer')
    parapheur.refuse('Il manque une annexe')
    await hub.advance('5 min')
    expect(document.state).toBe('signature.refuse')
    await document.ask('rouvrir')
    expect(document.state).toBe('brouillon')
  })

  test('un mail sans destinataire, un dépôt refusé, une archive refusée se reprennent', async () => {
    const { document, hub, ged, sae } = await town({ envoiMailsec: true, envoiGed: true, envoiSae: true }, [])
    await document.submit()
    expect(document.state).toBe('mailsec.erreurEnvoi')
    document.edit({ 'mailsec.to': 'titulaire@exemple.fr' })
    await document.ask('mailsec.reprendre')
    ged.mishaps.failOnce(new PermanentError('Espace plein.'))
    await document.ask('mailsec.declarerNonRecu')
    expect([document.state, document.message]).toEqual(['ged.erreur', 'Espace plein.'])
    await document.ask('ged.deposer')
    await hub.advance('1 min')
    sae.refuse('101', 'Empreinte inconnue')
    await hub.advance('20 min')
    expect(document.state).toBe('sae.refuse')
    await document.ask('sae.regenerer')
    await hub.advance('1 min')
    sae.accept()
    await hub.advance('20 min')
    expect(document.state).toBe('termine')
  })

  test.each([
    ['un montant qui n’est pas un nombre', { montant: '12 000 €' }, 'Un montant s’écrit en chiffres'],
    ['une pièce sans type', { typePiece: undefined }, '« Type de pièce »'],
    ['une pièce sans fichier', { document: undefined }, 'Il manque le fichier « Document »'],
  ])('%s ne part pas', async (_cas, values, sentence) => {
    const { document } = await town(values)
    await expect(document.submit()).rejects.toThrow(sentence)
  })
})

test('ce que le formulaire exige', async () => {
  const { hub, document } = await town({})
  expect(document.current.title).toBe(piece.libelle)
  expect(await demanded(hub, piece)).toEqual([
    'libelle',
    'numeroConsultation',
    'typeMarche',
    'etape',
    'typePiece',
    'dateDocument',
    'document',
  ])
})
