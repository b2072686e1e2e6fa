import {
  choice,
  ConfigurationError,
  DOCUMENTS_PATH,
  fastFields,
  flag,
  number,
  signersFields,
  text,
  url,
  type Values,
} from '#core'

export const fastTdtFields = {
  adresse: url('Adresse de FAST', {
    required: true,
    help: 'Pour les actes, par exemple https://fast.exemple.fr/ascl. Pour les seuls flux comptables, l’adresse du service « …/parapheur-soap/soap/v1/Documents?wsdl » convient.',
    pastell: 'url',
  }),
  ...fastFields,
  departement: text('Actes : département', {
    pattern: { regex: '^[0-9][0-9AB][0-9]$', message: 'Trois caractères : « 034 », « 02A ».' },
    help: 'Trois caractères, comme dans les noms des fichiers : « 034 ».',
    pastell: 'departement',
  }),
  prefixe: text("Actes : préfixe de l'éditeur", {
    pattern: { regex: '^[\\w.-]+$', message: 'Lettres, chiffres, « _ », « - » et « . ».' },
    help: 'Le dossier que Docaposte réserve à ce logiciel.',
    pastell: 'prefixe_editeur',
  }),
  utilisateur: text("Actes : DN de l'utilisateur", {
    help: 'Le nom complet du certificat de la personne au nom de qui les actes partent, par exemple « CN=…,O=… ».',
    pastell: 'dn_user',
  }),
  traitement: choice(
    'Actes : traitement',
    { TELETRANSMISSION: 'Télétransmettre', PREPARATION: 'Préparer : une personne télétransmet sur FAST' },
    { default: 'TELETRANSMISSION', pastell: 'type_traitement' },
  ),
  retraitDuDepot: flag('Actes : FAST retire du dépôt les fichiers des actes acceptés', {
    help: "À ne cocher que si Docaposte le confirme. Quand une réponse se perd, l'absence des fichiers prouve alors l'arrivée ; sinon, un agent vérifie.",
  }),
  attendreTampon: flag("Actes : attendre l'acte tamponné", {
    default: true,
    help: 'À décocher si FAST ne rend pas d’acte tamponné à cet abonnement.',
  }),
  joursAvantRetrait: number('Actes : jours avant de retirer du dépôt ce qui a été lu', {
    default: 7,
    min: 1,
    max: 365,
    help: 'Comptés depuis la dernière lecture : tout est alors enregistré ici depuis longtemps.',
  }),
  purgerClassifications: flag('Actes : retirer aussi les classifications périmées', {
    help: 'Sinon, elles restent dans le dépôt ; seule la plus récente sert.',
  }),
  adresseHelios: url('Flux comptables : adresse du service', {
    help: "Seulement si elle n'est pas sur le même serveur que l'adresse de FAST.",
  }),
  circuit: text('Flux comptables : circuit', {
    help: 'Nom ou identifiant du circuit de télétransmission ; le bouton « Tester » les donne.',
    pastell: 'circuit',
  }),
  etatsEchec: text('Flux comptables : états d’échec', {
    required: true,
    default: 'Échec du traitement FAST',
    help: 'Libellés de FAST, séparés par des virgules.',
  }),
  etatsAcquittes: text('Flux comptables : états où l’acquit est disponible', {
    required: true,
    default: 'Acquittement Hélios, Classé, Archivé',
    help: 'Libellés de FAST, séparés par des virgules.',
  }),
  espaceDeNoms: text('Espace de noms du service des actes', {
    help: 'Vide : il est lu dans la description (WSDL) du service.',
  }),
  espaceDeNomsHelios: text('Espace de noms du service des flux comptables', {
    help: 'Vide : il est lu dans la description (WSDL) du service.',
  }),
  ...signersFields,
}

export type FastTdtSettings = Values<typeof fastTdtFields>

const originOf = (address: string): string => {
  if (!URL.canParse(address))
    throw new ConfigurationError(
      `« ${address} » n'est pas une adresse web : écrire par exemple « https://fast.exemple.fr/ascl ».`,
    )
  return new URL(address).origin
}

const isDocuments = (address: string): boolean => address.includes(DOCUMENTS_PATH)

/** Where the actes live: `https://host/ascl`. */
export const actesAddress = ({ adresse }: Pick<FastTdtSettings, 'adresse'>): string =>
  isDocuments(adresse) ? `${originOf(adresse)}/ascl` : adresse.replace(/[?#].*$/u, '').replace(/\/+$/u, '')

/** Above the service of documents. */
export const heliosAddress = ({
  adresse,
  adresseHelios,
}: Pick<FastTdtSettings, 'adresse' | 'adresseHelios'>): string => {
  const given = adresseHelios ?? (isDocuments(adresse) ? adresse : originOf(adresse))
  return (given.split(DOCUMENTS_PATH)[0] ?? given).replace(/\/+$/u, '')
}

/** What actes need besides the rest. */
export interface ActesSettings {
  readonly department: string
  readonly prefix: string
  readonly user: string
}

/** `undefined` when none of the settings of actes is filled in. @throws ConfigurationError when only some are */
export const actesSettings = ({ departement, prefixe, utilisateur }: FastTdtSettings): ActesSettings | undefined => {
  if (!departement && !prefixe && !utilisateur) return undefined
  if (departement && prefixe && utilisateur) return { department: departement, prefix: prefixe, user: utilisateur }
  throw new ConfigurationError(
    "Pour télétransmettre des actes, remplissez le département, le préfixe de l'éditeur et le DN de l'utilisateur dans les réglages du connecteur.",
  )
}
