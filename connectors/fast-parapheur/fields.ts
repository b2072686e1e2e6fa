import { choice, fastFields, flag, longText, text, url, type Values } from '#core'

export const fastParapheurFields = {
  adresse: url('Adresse de FAST-Parapheur', {
    required: true,
    help: 'Par exemple https://parapheur.exemple.fr. L’adresse d’un de ses services (« …/parapheur-soap/soap/v1/Documents?wsdl ») convient aussi.',
    pastell: 'wsdl',
  }),
  ...fastFields,
  transport: choice(
    'Transport des fichiers',
    { inline: 'Dans le message (base64)', mtom: 'À côté du message (MTOM)' },
    { default: 'inline', help: "MTOM épargne un tiers du volume, si FAST l'accepte." },
  ),
  circuitsALaVolee: longText('Circuits à la volée proposés aux agents', {
    help: 'Objet JSON : un nom par circuit, par exemple {"Maire seule": {"type": "BUREAUTIQUE_PDF", "steps": [{"step": "signature", "members": ["maire@ville.fr"]}]}}.',
  }),
  circuitLibre: flag('Proposer « À la volée, décrit dans les métadonnées »', {
    help: 'Le fichier de métadonnées du document décrit alors lui-même son circuit.',
  }),
  etatsFinaux: text('États qui terminent un circuit', {
    required: true,
    default: 'Classé, Signé, Archivé',
    help: 'Libellés de FAST, séparés par des virgules.',
  }),
  etatsRefuses: text('États qui refusent un document', {
    required: true,
    default: 'Refusé, Visa désapprouvé',
    help: 'Libellés de FAST, séparés par des virgules.',
  }),
  etatsSignes: text('États qui datent la signature', {
    required: true,
    default: 'Signé',
    help: 'La date de signature est celle du dernier de ces états.',
  }),
  conserverRefus: flag('Conserver dans FAST les documents refusés', {
    help: 'Sinon, ils y sont supprimés une fois le refus enregistré ici.',
    pastell: 'parapheur_do_not_delete_on_rejection',
  }),
  espaceDeNoms: text('Espace de noms du service', {
    help: 'Vide : il est lu dans la description (WSDL) du service.',
  }),
}

export type FastParapheurSettings = Values<typeof fastParapheurFields>
