import { textOf } from '../studio/format.ts'
import type { ActionRead } from './read.ts'

/** What one class of a family action does: the step of the hub that does it, under the name that Pastell's own flows give the action. */
export interface FamilyClass {
  readonly step: string
  /** Left out for what only fills the form: the step has its own lists. */
  readonly action?: string
  /** How the private, older class differed. */
  readonly former?: string
}

const of = (step: string, action?: string): FamilyClass => (action === undefined ? { step } : { step, action })
const former = (step: string, action: string, difference: string): FamilyClass => ({ step, action, former: difference })

const SIGNED_APART = 'le document signé est un champ à part, « Document signé », et non le fichier déposé'
const ONE_STEP = 'le paquet est généré, puis transféré, en deux états'

/** The compatibility surface of definitions (pastell-domain.md §12.5, flows/steps.md). Whatever is not here needs an adapter. */
export const CLASSES: Readonly<Record<string, FamilyClass>> = {
  SignatureEnvoie: of('signature', 'send-iparapheur'),
  SignatureRecuperation: of('signature', 'verif-iparapheur'),
  IParapheurRecup: former('signature', 'verif-iparapheur', SIGNED_APART),
  IParapheurRecupHelios: former('signature', 'verif-iparapheur', SIGNED_APART),
  FournisseurCommandeReceptionParapheur: former('signature', 'verif-iparapheur', SIGNED_APART),
  IparapheurSousType: of('signature'),
  HeliosIparapheurSousType: of('signature'),
  GEDEnvoyer: of('ged', 'send-ged'),
  MailsecEnvoyer: of('mailsec', 'send-mailsec'),
  MailsecRenvoyer: of('mailsec', 'renvoi'),
  MailsecRelance: of('mailsec', 'mailsec-relance'),
  MailsecNotReceived: of('mailsec', 'non-recu'),
  MailsecComputeReadMail: of('mailsec', 'compute_read_mail'),
  MailsecComputeAnsweredMail: of('mailsec', 'reponse'),
  SAEGenerateArchiveAction: of('sae', 'generate-sip'),
  SAESendArchiveAction: of('sae', 'send-archive'),
  SAEEnvoyer: former('sae', 'send-archive', ONE_STEP),
  SAEEnvoiActes: former('sae', 'send-archive', ONE_STEP),
  SAEEnvoiHelios: former('sae', 'send-archive', ONE_STEP),
  SAEVerifier: of('sae', 'verif-sae'),
  SAEValider: of('sae', 'validation-sae'),
  TdTEnvoiActe: of('tdtActes', 'send-tdt'),
  TedetisEnvoie: of('tdtActes', 'send-tdt'),
  TdTRecupActe: of('tdtActes', 'verif-tdt'),
  TdTAnnulation: of('tdtActes', 'annulation-tdt'),
  TdTRecupAnnulation: of('tdtActes', 'verif-annulation-tdt'),
  TdTRestamp: of('tdtActes', 'tamponner-tdt'),
  TdtTeletransmettre: of('tdtActes', 'teletransmission-tdt'),
  TdtRetourTeletransmettre: of('tdtActes', 'return-teletransmission-tdt'),
  TdtChoiceTypologieActes: of('tdtActes'),
  TdtAnnexeTypologieAnnexeChange: of('tdtActes'),
  TdtTypologieChangeByApi: of('tdtActes'),
  Classification: of('tdtActes'),
  TdTExtractionHelios: of('tdtHelios', 'helios-extraction'),
  TdTEnvoiHelios: of('tdtHelios', 'send-tdt'),
  TedetisEnvoieHelios: of('tdtHelios', 'send-tdt'),
  TdTRecupHelios: of('tdtHelios', 'verif-tdt'),
  TdTFichierPESChange: of('tdtHelios'),
  TransformationTransform: of('transformation', 'transformation'),
  TransformationFixeTransform: of('transformationFixe', 'transformation-fixe'),
}

/** Classes that any flow may use, and what the hub does in their place. */
export const GENERIC: ReadonlySet<string> = new Set([
  'CreationAction',
  'ModificationAction',
  'Supprimer',
  'FatalError',
  'Reopen',
  'OrientationTypeDossierPersonnalise',
  'CheminementChangeTypeDossierPersonnalise',
])

/** Enter the state named like the action, and nothing else. */
export const NEUTRAL: ReadonlySet<string> = new Set(['Defaut', 'DefautNotify'])
/** Delegates to the class of `connecteur-type-action`. */
const STANDARD: ReadonlySet<string> = new Set(['StandardAction', 'StandardChoiceAction'])

/** The class that does the action, whoever delegates to it. */
export const classOf = (action: Pick<ActionRead, 'options'> | undefined): string | undefined => {
  const own = textOf(action?.options['action-class'])
  const family = textOf(action?.options['connecteur-type-action'])
  return own === undefined || STANDARD.has(own) ? family : own
}

/** Actions that every document of the hub has, whatever its definition says (pastell-domain.md §4.1). */
export const CONVENTIONAL: Readonly<Record<string, string>> = {
  creation: 'la création est celle de la plateforme',
  modification: 'chaque étape dit ce qui se modifie dans chacun de ses états',
  supression: 'chaque étape dit quand le document peut être supprimé sans rien perdre',
  suppression: 'chaque étape dit quand le document peut être supprimé sans rien perdre',
  importation: "un document reçu d'ailleurs part de lui-même quand son formulaire est complet",
  orientation: "l'ordre des étapes est celui que donnent les états et les règles de la définition",
  termine: 'la fin du cheminement est celle de la plateforme',
  'fatal-error': '« Abandonner » est offert à tout moment',
  reouverture: '« Rouvrir » est offert à la fin du cheminement',
  'cheminement-change': 'les pages suivent les cases sans être calculées',
}

/** First, what starts the step. */
export const ENTRY: Readonly<Record<string, readonly string[]>> = {
  signature: ['send-iparapheur'],
  ged: ['send-ged'],
  mailsec: ['send-mailsec'],
  sae: ['generate-sip', 'send-archive'],
  tdtActes: ['send-tdt'],
  tdtHelios: ['helios-extraction', 'send-tdt'],
  transformation: ['transformation'],
  transformationFixe: ['transformation-fixe'],
}

/** Names that classes use for what our step names otherwise: ours → theirs (flows/steps.md, mappings). */
export const LOGICAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  signature: {
    bordereau_signature: 'bordereau',
    date_limite: 'iparapheur_date_limite',
    annotation_publique: 'iparapheur_annotation_publique',
    annotation_privee: 'iparapheur_annotation_privee',
  },
  ged: { 'error-ged': 'fatal-error' },
}

/** What classes read from the form: their name for it → input of our step. */
export const INPUTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  signature: { objet: 'titre', document: 'document', autre_document_attache: 'annexes' },
  tdtActes: { objet: 'objet', arrete: 'acte', autre_document_attache: 'annexes' },
  tdtHelios: { objet: 'objet', fichier_pes: 'pes' },
}

/** Input → field of the step that takes its place afterwards. */
export const GIVES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  signature: { document: 'signe', annexes: 'annexesSignees' },
}

/** Texts that stand for the types of pieces. */
export const PIECES: Readonly<Record<string, readonly string[]>> = {
  tdtActes: ['type_acte', 'type_pj', 'type_piece_fichier'],
}

/** Boxes by which older flows choose their way, when no rule names them. */
export const BOXES: Readonly<Record<string, readonly string[]>> = {
  signature: ['envoi_signature', 'envoi_iparapheur'],
  ged: ['envoi_ged', 'envoi_depot'],
  mailsec: ['envoi_mailsec'],
  sae: ['envoi_sae'],
  tdtActes: ['envoi_tdt', 'envoi_tdt_actes'],
  tdtHelios: ['envoi_tdt', 'envoi_tdt_helios'],
  transformation: ['envoi_transformation'],
  transformationFixe: ['envoi_transformation_fixe'],
}
