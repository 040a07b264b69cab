const PLACES = `Afghanistan|Algeria|Argentina|Australia|Austria|Bangladesh|Belgium|Bolivia|Brazil|Bulgaria|Cambodia|Cameroon|
Canada|Chile|China|Colombia|Costa Rica|Croatia|Cuba|Cyprus|Denmark|Ecuador|Egypt|England|Estonia|Ethiopia|Finland|France|
Germany|Ghana|Greece|Guatemala|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Jamaica|Japan|Kenya|Korea|
Latvia|Lebanon|Lithuania|Luxembourg|Malaysia|Malta|Mexico|Morocco|Nepal|Netherlands|New Zealand|Nigeria|Norway|
Pakistan|Panama|Peru|Philippines|Poland|Portugal|Romania|Russia|Saudi Arabia|Scotland|Senegal|Serbia|Singapore|Slovakia|
Slovenia|South Africa|South Korea|Spain|Sri Lanka|Sweden|Switzerland|Syria|Taiwan|Tanzania|Thailand|Tunisia|Uganda|
Ukraine|United Kingdom|United States|Uruguay|Venezuela|Vietnam|Wales|Zambia|Zimbabwe|Europe|Africa|Asia|
Alabama|Alaska|Arizona|California|Colorado|Florida|Hawaii|Illinois|Michigan|Minnesota|Nevada|New Jersey|New Mexico|
North Carolina|Ohio|Oregon|Pennsylvania|South Carolina|Tennessee|Texas|Utah|Vermont|Virginia|Wisconsin|
Amsterdam|Athens|Atlanta|Auckland|Austin|Baltimore|Bangalore|Bangkok|Barcelona|Beijing|Berlin|Bogota|Boston|Brooklyn|
Brussels|Budapest|Buenos Aires|Cairo|Calgary|Cape Town|Chicago|Copenhagen|Dallas|Delhi|Denver|Detroit|Dubai|Dublin|
Edinburgh|Florence|Frankfurt|Geneva|Hamburg|Hanoi|Helsinki|Hong Kong|Honolulu|Houston|Istanbul|Jakarta|Jerusalem|
Johannesburg|Kyoto|Lagos|Las Vegas|Lima|Lisbon|London|Los Angeles|Lyon|Madrid|Manchester|Manhattan|Manila|Marrakech|
Melbourne|Mexico City|Miami|Milan|Montreal|Moscow|Mumbai|Munich|Nairobi|Naples|New Delhi|New York|Osaka|Oslo|
Ottawa|Paris|Philadelphia|Portland|Porto|Prague|Reykjavik|Rio de Janeiro|Rome|San Diego|San Francisco|Santiago|Seattle|Seoul|
Shanghai|Stockholm|Sydney|Taipei|Tel Aviv|Tokyo|Toronto|Vancouver|Venice|Vienna|Warsaw|Washington|Zurich`;

const ORGANISATIONS = `Airbnb|AWS|Coursera|Datadog|Dropbox|eBay|FedEx|GitHub|GitLab|Google|HubSpot|IKEA|LinkedIn|Microsoft|
Netflix|Nvidia|OpenAI|PayPal|Reddit|Salesforce|Shopify|Spotify|Tesla|Toyota|Tripadvisor|Uber|Vercel|Zendesk`;

const PRODUCTS = `Android|Angular|Ansible|Azure|Bitcoin|Canva|ChatGPT|Discord|Django|Docker|
Duolingo|Ethereum|Excel|Facebook|Figma|Firebase|Firefox|Flask|Fortnite|GitHub Actions|Gmail|
Google Calendar|Google Docs|Google Drive|Google Maps|Google Sheets|Grafana|GraphQL|Instagram|iPad|
iPhone|Java|JavaScript|Jenkins|Jira|Kafka|Kubernetes|Linux|macOS|MacBook|Minecraft|MongoDB|MySQL|
Nginx|Node.js|Next.js|Notion|npm|Outlook|Photoshop|PostgreSQL|Postgres|PowerPoint|
PyTorch|Python|QuickBooks|Rails|React Native|Redis|Snapchat|Snowflake|SQLite|Strava|
Tableau|TensorFlow|Terraform|TikTok|Trello|Typescript|TypeScript|Ubuntu|Venmo|
WhatsApp|Windows|WordPress|Xbox|YouTube|Zapier`;

const OTHERS = 'Christmas|Thanksgiving|Easter|Halloween|Ramadan|Hanukkah|Diwali';

/**
 * Well-known names by lower-case form, for chats that write no capitals. Left out on purpose: names that are
 * everyday words too (turkey, jordan, phoenix, nice, slack, zoom, apple, amazon, stripe, react, swift, rust, go).
 */
export const KNOWN_NAMES: ReadonlyMap<string, string> = new Map(
  [PLACES, ORGANISATIONS, PRODUCTS, OTHERS].flatMap(namesOf).map((name) => [name.toLowerCase(), name]),
);

/** What the well-known names are. */
export const KNOWN_TYPES: ReadonlyMap<string, 'place' | 'organisation' | 'product'> = new Map([
  ...namesOf(PLACES).map((name) => [name.toLowerCase(), 'place'] as const),
  ...namesOf(ORGANISATIONS).map((name) => [name.toLowerCase(), 'organisation'] as const),
  ...namesOf(PRODUCTS).map((name) => [name.toLowerCase(), 'product'] as const),
]);

function namesOf(list: string): string[] {
  return list.split('|').map((name) => name.replace('\n', ''));
}
