"""Names of classes."""

COCO = (  # The 80 classes of detectors, as Ultralytics and Hugging Face spell them.
    "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,"
    "stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,"
    "backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,"
    "baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,"
    "banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,"
    "potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,"
    "toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush"
).split(",")
# COCO's own numbers run to 90. DETR's labels call the ten unused ones, and 0, N/A.
UNUSED = {0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83}
NAMES = iter(COCO)
COCO_91 = ["N/A" if number in UNUSED else next(NAMES) for number in range(91)]
PALETTE = {
    "black": (0, 0, 0),
    "white": (1, 1, 1),
    "grey": (0.5, 0.5, 0.5),
    "red": (1, 0, 0),
    "green": (0, 1, 0),
    "blue": (0, 0, 1),
    "yellow": (1, 1, 0),
    "cyan": (0, 1, 1),
    "magenta": (1, 0, 1),
    "orange": (1, 0.5, 0),
    "brown": (0.5, 0.25, 0.1),
    "pink": (1, 0.7, 0.75),
}
