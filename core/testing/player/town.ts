import type { Capabilities } from '../../contracts/index.ts'
import type { AcquitOutcome } from '../../contracts/pes/acquit.ts'
import type { StatutFacture } from '../../contracts/portail-factures.ts'
import type { PesStatus } from '../../contracts/tdt-helios.ts'
import { fakeConvocation } from '../fake-convocation.ts'
import { fakePortail } from '../fake-portail.ts'
import { fakeTown, fileNamed } from '../fakes.ts'
import type { Answers } from './example.ts'

/** Said by a remote that refuses: it must reach the agent as it is. */
export const REASON = 'La pièce n° 3 est illisible : la remplacer.'
const refused = () => ({ is: 'refused', reason: REASON }) as const

const acquit = (outcome: AcquitOutcome) => (): PesStatus => ({
  is: 'answered',
  acquit: fileNamed('acquit.xml'),
  reading: {
    kind: 'acquit',
    outcome,
    nomFic: 'PES',
    count: outcome === 'empty' ? 0 : 10,
    refused: outcome === 'accepted' || outcome === 'empty' ? 0 : 1,
    elements: [],
    errors: [],
  },
})

/** A town whose remotes keep what they receive and decide nothing by themselves, and everything that they may answer. */
export const playedTown = (
  now: () => Date,
): { readonly capabilities: Partial<Capabilities>; readonly answers: Answers } => {
  const town = fakeTown()
  const { parapheur } = town
  const portail = fakePortail(now)
  const history = (statut: StatutFacture) => () => ({ statut, passages: [{ statut, at: now().toISOString() }] })
  return {
    capabilities: {
      ...town.capabilities,
      convocation: fakeConvocation().convocation,
      portailFactures: portail.portail,
      transformation: { transform: async () => ({}) },
    },
    answers: {
      signature: {
        send: { refuse: refused },
        find: { inconnaissable: () => ({ is: 'unknowable', reason: 'Ce parapheur ne se laisse pas interroger.' }) },
        status: {
          signe: ({ args: [id] }) => ({
            is: 'signed',
            document: parapheur.folders.get(id)?.document ?? fileNamed('signe.pdf'),
            signedOn: '2026-01-15',
          }),
          refuse: refused,
        },
      },
      tdtActes: {
        send: {
          refuse: refused,
          aConfirmer: async ({ real }) => {
            const sent = await real()
            return sent.is === 'sent' ? { is: 'toConfirm', id: sent.id, url: 'https://tdt.exemple.fr/1' } : sent
          },
        },
        status: {
          acquitte: () => ({
            is: 'acknowledged',
            ar: fileNamed('ar.xml'),
            acteId: '034-213400000-20260115-EXEMPLE-DE',
            receivedOn: '2026-01-15',
          }),
          aConfirmer: () => ({ is: 'toConfirm', message: 'En attente de la confirmation d’un agent' }),
          refuse: refused,
        },
        cancel: { refuse: refused },
        cancellationStatus: {
          annule: () => ({ is: 'cancelled', ar: fileNamed('ar-annulation.xml'), receivedOn: '2026-01-16' }),
          refuse: refused,
        },
        answers: {
          send: { refuse: refused },
          status: {
            acquitte: () => ({ is: 'acknowledged', ar: fileNamed('ar.xml') }),
            sansAccuse: () => ({ is: 'final', message: 'Réponse transmise, sans accusé de réception' }),
            refuse: refused,
          },
        },
      },
      tdtHelios: {
        send: { refuse: refused, doublon: () => ({ ...refused(), duplicate: true }) },
        status: {
          accepte: acquit('accepted'),
          refuseEnPartie: acquit('partial'),
          refuseParLaTresorerie: acquit('refused'),
          vide: acquit('empty'),
          refuse: refused,
        },
      },
      sae: {
        send: { refuse: refused },
        acknowledgement: {
          recu: () => ({ is: 'acknowledged', ack: fileNamed('ack.xml') }),
          sansAccuse: () => ({ is: 'notProvided' }),
          inconnu: () => ({ is: 'unknown' }),
        },
        reply: {
          accepte: () => ({ is: 'accepted', reply: fileNamed('atr.xml'), archiveId: 'FRAD000_2026_1' }),
          refuse: () => ({ is: 'refused', reply: fileNamed('atr.xml'), code: '300', comment: REASON }),
        },
      },
      mailsec: { send: { refuse: refused } },
      convocation: {
        create: {
          refuse: refused,
          sansIdentifiant: () => ({ is: 'sent', id: undefined, agenda: 'included' }),
        },
        find: { inconnaissable: () => ({ is: 'unknowable', reason: 'Ce logiciel ne se laisse pas interroger.' }) },
        setProjects: { refuse: refused },
        setOthers: { refuse: refused },
        update: { refuse: refused },
        status: { sansSuivi: () => ({ is: 'notProvided', reason: 'Ce connecteur ne suit pas les séances.' }) },
        proofs: { jetons: () => ({ ...fileNamed('jetons.zip'), type: 'application/zip' }) },
      },
      portailFactures: {
        history: Object.fromEntries(
          (
            ['MISE_A_DISPOSITION', 'SUSPENDUE', 'COMPLETEE', 'REJETEE', 'SERVICE_FAIT', 'MISE_EN_PAIEMENT'] as const
          ).map(statut => [statut, history(statut)]),
        ),
        changeStatus: { refuse: refused },
        depositFlow: {
          refuse: refused,
          connue: () => ({ is: 'known', facture: { id: '700', statut: 'DEPOSEE' } }),
        },
        flowReport: {
          integre: () => ({ is: 'integrated', factures: [{ id: '700', statut: 'DEPOSEE' }] }),
          rejete: () => ({ is: 'rejected', partial: false, reasons: [REASON] }),
          incident: () => ({ is: 'incident', reason: REASON }),
        },
        depositPdf: {
          refuse: refused,
          connue: () => ({ is: 'known', facture: { id: '700', statut: 'DEPOSEE' } }),
        },
        findDeposited: { trouvee: () => ({ id: '700', statut: 'DEPOSEE' }) },
        readPdf: { refuse: refused },
      },
      kin: {
        associated: { oui: () => true },
        twins: {
          deja: () => [
            { id: 'autre', title: 'Autre document', state: 'tdtHelios.envoye', stateLabel: 'Transmis au TdT' },
          ],
        },
        create: {
          incomplet: async ({ real }) => ({ ...(await real()), problems: ['Il manque le fichier « Acte ».'] }),
        },
      },
    },
  }
}
