// Prints the modules of a code as the page draws it: node draw_code.mjs TEXT
import { matrix } from "../../../config/frontend/src/parts/seal/qr.js";

process.stdout.write(JSON.stringify(matrix(process.argv[2])));
