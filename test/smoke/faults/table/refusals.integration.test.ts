import { playAll } from "./play.ts";
import { refusals } from "./refusals.ts";

playAll(refusals);
