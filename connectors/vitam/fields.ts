import { choice, number, secret, secretFile, text, url, type Values } from '#core'

export const vitamFields = {
  url: url('Adresse du service de versement', {
    required: true,
    help: 'Par exemple https://vitam.exemple.fr:8443, sans chemin (ingest-external).',
    pastell: 'url',
  }),
  urlAcces: url("Adresse du service d'accès", {
    help: 'Vide : la même. Les opérations et le journal y sont consultés (access-external).',
  }),
  certificat: secretFile('Certificat client (P12)', {
    required: true,
    help: "Celui que l'exploitant de Vitam a enregistré avec son contexte applicatif.",
    pastell: 'certificate',
  }),
  certificatMotDePasse: secret('Mot de passe du certificat', { pastell: 'certificate_password' }),
  tenant: number('Tenant', { required: true, min: 0, pastell: 'tenant' }),
  contratAcces: text("Contrat d'accès", {
    help: "Sans lui, un versement dont la réponse s'est perdue ne peut pas être retrouvé.",
  }),
  contexte: choice(
    'Type de versement',
    {
      DEFAULT_WORKFLOW: 'Versement (DEFAULT_WORKFLOW)',
      BLANK_TEST: 'Versement à blanc (BLANK_TEST)',
      HOLDING_SCHEME: 'Arbre de positionnement (HOLDING_SCHEME)',
      FILING_SCHEME: 'Plan de classement (FILING_SCHEME)',
    },
    { default: 'DEFAULT_WORKFLOW', pastell: 'workflow' },
  ),
  avertissement: choice(
    'Versement accepté avec avertissement',
    { accepter: 'Accepté, avec la remarque de Vitam', refuser: 'Refusé' },
    { default: 'accepter', help: 'Code WARNING : Vitam a pris les archives en charge, avec une réserve.' },
  ),
  empreinte: choice(
    'Empreinte du manifeste',
    { 'SHA-512': 'SHA-512', 'SHA-256': 'SHA-256', aucune: "N'en envoyer aucune" },
    { default: 'SHA-512', help: "Vitam la vérifie à l'arrivée." },
  ),
  champRecherche: text('Champ du journal qui porte notre identifiant', {
    default: 'obIdIn',
    help: "Le journal des opérations y garde le MessageIdentifier du bordereau. À ne changer que si l'exploitant le demande.",
  }),
  attente: number('Attente avant de renvoyer, en minutes', {
    default: 30,
    min: 0,
    help: "Après une coupure, temps laissé à Vitam pour lire le bordereau et l'inscrire à son journal avant de conclure qu'il n'a rien reçu.",
  }),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat de Vitam vient d'une autorité interne.",
  }),
}

export type VitamSettings = Values<typeof vitamFields>
